package messages

import "github.com/vethlab/vethlab/internal/words"

// nftMessages are the errors of vethlab's nft, besides those in [nftTextErrors].
func nftMessages() []words.Text {
	return []words.Text{
		{En: "these are more than %d rules, the limit of a text", ZhTW: "規則超過 %s 條，這是一份文字的上限"},
		{En: "missing command, such as list ruleset", ZhTW: "缺少指令，例如 list ruleset"},
		{En: "give a file or a command, not both", ZhTW: "檔案和指令只能擇一"},
		{En: "-f needs a file", ZhTW: "-f 後面要有檔案"},

		{En: "table %s not found", ZhTW: "沒有 %s 這個表"},
		{En: "chain %s not found in table %s", ZhTW: "表 %[2]s 裡沒有 %[1]s 這條鏈"},
		{En: "set %s not found in table %s", ZhTW: "表 %[2]s 裡沒有 %[1]s 這個集合"},
		{En: "target chain %s not found in table %s", ZhTW: "表 %[2]s 裡沒有要跳去的鏈 %[1]s"},
		{En: "rule not found in chain %s", ZhTW: "鏈 %s 裡沒有這條規則"},
		{En: "rule with handle %d not found in chain %s", ZhTW: "鏈 %[2]s 裡沒有 handle 為 %[1]s 的規則"},
		{En: "chain %s is in use: chain %s jumps to it", ZhTW: "鏈 %s 正在使用中：鏈 %s 會跳到它"},
		{En: "chain %s exists and has no hook", ZhTW: "鏈 %s 已經存在，而且沒有 hook"},
		{En: "chain %s exists with another hook", ZhTW: "鏈 %s 已經存在，hook 不同"},
		{En: "set %s exists with another type", ZhTW: "集合 %s 已經存在，型別不同"},
		{En: "set %s is in use in chain %s", ZhTW: "集合 %s 正在使用中：鏈 %s 用到它"},
		{En: "invalid burst of 0 packets (want 1 or more)", ZhTW: "burst 不能是 0 packets（要 1 以上）"},
		{En: "invalid burst of %d %s (want less than 4096 mbytes)", ZhTW: "burst %s %s 太大（要小於 4096 mbytes）"},
		{En: "invalid rate of %d %s (want less than 2^64 bytes)", ZhTW: "速率 %s %s 太大（要小於 2^64 bytes）"},
		{En: "the set %s has values of type %s (want %s)", ZhTW: "集合 %s 的值是 %s（要 %s）"},
		{En: "the set %s takes single values", ZhTW: "集合 %s 只能放單一的值"},
		{En: "the type of set %s is not supported", ZhTW: "不支援集合 %s 的型別"},
		{En: "%s is not in set %s", ZhTW: "集合 %[2]s 裡沒有 %[1]s"},
		{En: "only in a chain of type nat", ZhTW: "只能用在 type nat 的鏈裡"},
		{En: "unsupported", ZhTW: "不支援"},
		{En: "unknown code", ZhTW: "沒有這個代碼"},

		{En: "only a chain with a hook has a policy", ZhTW: "有 hook 的鏈才有 policy"},
		{En: "write type … hook … priority … first", ZhTW: "請先寫 type … hook … priority …"},
		{En: "%s of values is not supported", ZhTW: "不支援值的 %s"},
		{En: "%s of log is not supported", ZhTW: "不支援 log 的 %s"},
		{En: "counters with a name are not supported", ZhTW: "不支援有名字的 counter"},
		{En: "index is not supported (want handle)", ZhTW: "不支援 index（要用 handle）"},
		{En: "include is not supported", ZhTW: "不支援 include"},
		{En: "insert the text of the file", ZhTW: "請把檔案的內容直接寫進來"},
		{En: "unsupported (want addresses and ports only)", ZhTW: "不支援（只能寫位址和埠）"},
	}
}

// nftTextErrors are the errors in the text of rules.
func nftTextErrors() []words.Text {
	return []words.Text{
		{En: "empty set", ZhTW: "集合是空的"},
		{En: "%s cannot be set (want meta mark, meta priority, meta nftrace or ct mark)", ZhTW: "不能設定 %s（可以設定的有 meta mark、meta priority、meta nftrace 和 ct mark）"},
		{En: "%s takes a port only, as in %s to :8080", ZhTW: "%s 只能寫埠，例如 %s to :8080"},
		{En: "%s is not an address of the family %s", ZhTW: "%s 不是 %s 的位址"},
		{En: "invalid name %s", ZhTW: "%s 不能當名字"},
		{En: "the set %s has no type", ZhTW: "集合 %s 沒有型別"},
		{En: "the set %s takes single values (want flags interval)", ZhTW: "集合 %s 只能放單一的值（要放範圍，請加上 flags interval）"},
		{En: "expected second, minute, hour, day or week, found %q", ZhTW: "這裡應該是 second、minute、hour、day 或 week，卻是 %s"},
		{En: "unexpected end", ZhTW: "指令不完整"},
		{
			En:   "expected a priority: a number, or a name such as filter, srcnat or dstnat, found %w",
			ZhTW: "這裡應該是 priority：數字，或 filter、srcnat、dstnat 之類的名字，卻是%s",
		},
		{En: "expected a number to add to %s", ZhTW: "%s 後面應該是要加上的數字"},
		{En: "expected [address]:port, found %w", ZhTW: "這裡應該是 [位址]:埠，卻是%s"},
		{En: "expected a rate such as 5/second, found %w", ZhTW: "這裡應該是速率，例如 5/second，卻是%s"},
		{En: "expected a unit such as mbytes/second, found %w", ZhTW: "這裡應該是單位，例如 mbytes/second，卻是%s"},
		{En: "expected %w, found %w", ZhTW: "應該是%s，卻是%s"},
		{En: "unterminated quote", ZhTW: "引號沒有結尾"},
		{En: "undefined variable $%s", ZhTW: "變數 $%s 沒有定義"},
		{En: "definitions make this text too large: $%s", ZhTW: "定義展開後太長：$%s"},
		{En: "the definition of $%s ends before its }", ZhTW: "$%s 的定義少了結尾的 }"},
		{En: "unknown statement %w", ZhTW: "沒有這種敘述：%s"},
		{En: "unknown expression %q", ZhTW: "沒有這種運算式：%s"},
		{En: "invalid prefix %q (want one such as 10.0.0.0/8 or fd00::/64)", ZhTW: "%s 不是前綴（例如 10.0.0.0/8 或 fd00::/64）"},
		{En: "invalid tc handle %q (want major:minor)", ZhTW: "%s 不是 tc 的 handle（要 major:minor）"},
		{En: "invalid range %s (want the smaller value first)", ZhTW: "範圍 %s 不正確（小的值要在前面）"},
		{En: "invalid IPv%d address %q", ZhTW: "%[2]s 不是 IPv%[1]s 位址"},
		{En: "invalid MAC address %q", ZhTW: "%s 不是 MAC 位址"},
		{En: "invalid interface name %q", ZhTW: "%s 不能當介面的名字"},
		{En: "%q matches every name: leave it out", ZhTW: "%s 符合所有的名字，所以不必寫"},
		{En: "conflicts with the protocol %s", ZhTW: "和協定 %s 互相矛盾"},
		{
			En:   "not after a match of several protocols; ports of any are th sport and th dport",
			ZhTW: "前面的條件符合好幾種協定，不能這樣寫；任何協定的埠是 th sport 和 th dport",
		},
		{En: "tables of %s see no ARP", ZhTW: "%s 的表看不到 ARP"},
		{En: "not in a table of arp", ZhTW: "不能用在 arp 的表裡"},
		{En: "a port needs a match such as tcp dport or meta l4proto before it", ZhTW: "要寫埠，前面要先有 tcp dport 或 meta l4proto 之類的條件"},
		{En: "%s comes after %s and is never reached", ZhTW: "%s 在 %s 後面，永遠不會執行到"},
		{En: "empty map", ZhTW: "map 是空的"},
		{En: "duplicate key %s", ZhTW: "key %s 重複了"},
		{En: "patterns in sets are not supported", ZhTW: "集合裡不支援樣式（*）"},
		{En: "ranges of %s in sets are not supported", ZhTW: "集合裡不支援 %s 的範圍"},
		{En: "%s and %s overlap", ZhTW: "%s 和 %s 重疊"},
		{En: "the operator takes numbers only", ZhTW: "這個運算子只能用在數字"},
		{En: "%s takes no mask", ZhTW: "%s 不能有遮罩"},
	}
}

// nftPhrases are what nft needs at some word, and what it found.
func nftPhrases() []words.Text {
	return []words.Text{
		{En: "the end of the statement", ZhTW: "敘述的結尾"},
		{En: "the end of the command", ZhTW: "指令的結尾"},
		{En: "the name of a chain", ZhTW: "鏈的名字"},
		{En: "the name of a set", ZhTW: "集合的名字"},
		{En: "the name of a map", ZhTW: "map 的名字"},
		{En: "the name of an interface", ZhTW: "介面的名字"},
		{En: "a name", ZhTW: "名字"},
		{En: "a value", ZhTW: "值"},
		{En: "a prefix", ZhTW: "前綴"},
		{En: "a comment", ZhTW: "註解"},
		{En: "a rule", ZhTW: "規則"},
		{En: "a statement", ZhTW: "敘述"},
		{En: "an address or :port", ZhTW: "位址或 :埠"},
		{En: `"," or "}"`, ZhTW: `"," 或 "}"`},
		{En: "type, policy or the end of the chain; rules are added by add rule", ZhTW: "type、policy 或鏈的結尾；規則要用 add rule 加入"},
		{En: "type, flags, elements or the end of the set", ZhTW: "type、flags、elements 或集合的結尾"},
		{En: "a number", ZhTW: "數字"},
	}
}

// nftGeneral are the rows of nft that match many messages: they come last.
func nftGeneral() []words.Text {
	return []words.Text{
		{En: "unknown option %s", ZhTW: "沒有 %s 這個選項"},
		{En: "%s not found", ZhTW: "找不到 %s"},
		{En: "unknown %s %q (want %s or a number)", ZhTW: "沒有 %[2]s 這種 %[1]s（可用的有 %[3]s，或數字）"},
		{En: "unknown %s %q", ZhTW: "沒有 %[2]s 這種 %[1]s"},
		{En: "invalid %s %q", ZhTW: "%[2]s 不是正確的 %[1]s"},
		{En: "%q is not supported", ZhTW: "不支援 %s"},
	}
}
