package messages

import "github.com/vethlab/vethlab/internal/words"

// ipMessages are the errors of vethlab's ip: packages argv, iproute2 and ipshow.
func ipMessages() []words.Text {
	return []words.Text{
		{En: "the command ends where %w should be", ZhTW: "指令不完整，後面還要有%s"},
		{En: "word %d, %q", ZhTW: "第 %s 個字 %s"},
		{En: "word %d, %q: expected %w", ZhTW: "第 %s 個字 %s：這裡應該是%s"},
		{En: "expected %w", ZhTW: "這裡應該是%s"},
		{En: "given twice", ZhTW: "寫了兩次"},
		{En: "unknown option of ip", ZhTW: "ip 沒有這個選項"},
		{En: "unsupported after ip route get ADDRESS", ZhTW: "不能用在 ip route get 位址 後面"},
		{En: "device %q does not exist", ZhTW: "沒有 %s 這個介面"},
		{En: "%q shows nothing", ZhTW: "%s 不會顯示任何東西"},
		{En: "%s and its gateway %s are of different families", ZhTW: "%s 和閘道 %s 不是同一種位址（IPv4、IPv6）"},
		{En: "%s is not an address of %s", ZhTW: "%s 不是 %s 的位址"},
		{En: "unclosed quote", ZhTW: "引號沒有結尾"},
		{
			En:   "%q is shell syntax: give one command without variables, or quote it",
			ZhTW: "%s 是 shell 的語法：請只寫一個不含變數的指令，或加上引號",
		},
		{En: "up, down and master are supported for the first end only", ZhTW: "up、down 和 master 只能用在第一端"},
		{En: "set the peer by a command of its own", ZhTW: "另一端請用另外一個指令設定"},
		{En: "invalid namespace name %q", ZhTW: "%s 不能當命名空間的名字"},
		{En: "namespace %q already exists", ZhTW: "命名空間 %s 已經存在"},
		{En: "namespace %q does not exist", ZhTW: "沒有 %s 這個命名空間"},

		{En: "links of kind %s are not supported", ZhTW: "不支援 %s 這種介面"},
		{En: "macvlans of mode source are not supported", ZhTW: "不支援 source 模式的 macvlan"},
		{En: "flags of macvlans are not supported", ZhTW: "不支援 macvlan 的 flag"},
		{En: "lists of MACs of macvlans are not supported", ZhTW: "不支援 macvlan 的 MAC 清單"},
		{En: "links of kind %s have no lower device", ZhTW: "%s 這種介面沒有下層介面"},
		{En: "alternative names of links are not supported", ZhTW: "不支援介面的 altname"},
		{En: "groups of links are not supported", ZhTW: "不支援介面的 group"},
		{En: "settings of a bridge's port are not supported", ZhTW: "不支援橋接器埠的設定"},
		{En: "the target %s is not supported", ZhTW: "不支援 target %s"},
		{En: "bridge(8) is not supported", ZhTW: "不支援 bridge(8)"},
		{
			En:   "ip %s is not supported: a lab has links, addresses and routes of the main table",
			ZhTW: "不支援 ip %s：這裡只有介面、位址，以及 main 表裡的路由",
		},
		{En: "ip netns %s is not supported", ZhTW: "不支援 ip netns %s"},
		{En: "ip neigh flush is not supported: delete the entries one by one", ZhTW: "不支援 ip neigh flush：請一筆一筆刪除"},
		{En: "ip route flush is not supported: delete the routes one by one", ZhTW: "不支援 ip route flush：請一條一條刪除"},
		{En: "-batch, -all and -force are not supported", ZhTW: "不支援 -batch、-all 和 -force"},
		{En: "routes of tables other than main are not supported", ZhTW: "只支援 main 表裡的路由"},
		{En: "a second route to a destination needs another metric", ZhTW: "到同一個目的地的第二條路由，metric 必須不同"},
		{En: "only permanent entries are supported", ZhTW: "只支援永久（permanent）的項目"},
	}
}

// ipPhrases are what a command of ip needs at some word.
func ipPhrases() []words.Text {
	return []words.Text{
		{En: "the end", ZhTW: "指令的結尾"},
		{En: "the name of a link", ZhTW: "介面的名字"},
		{En: "the name of the lower device", ZhTW: "下層介面的名字"},
		{En: "link and the name of the lower device", ZhTW: "link 和下層介面的名字"},
		{En: "the name of a bridge", ZhTW: "橋接器的名字"},
		{En: "the name of a namespace", ZhTW: "命名空間的名字"},
		{En: "the name of a table", ZhTW: "表的名字"},
		{En: "the value of %s", ZhTW: "%s 的值"},
		{En: "a kind of link", ZhTW: "介面的種類"},
		{En: "an alias", ZhTW: "alias 的文字"},
		{En: "an address", ZhTW: "位址"},
		{En: "a protocol", ZhTW: "協定"},
		{En: "an address such as %s", ZhTW: "位址，例如 %s"},
		{En: "a MAC address such as %s", ZhTW: "MAC 位址，例如 %s"},
		{En: "a destination", ZhTW: "目的地"},
		{En: "dev LINK", ZhTW: "dev 介面"},
		{En: "lladdr MAC", ZhTW: "lladdr MAC"},
		{En: "via ADDRESS or dev LINK", ZhTW: "via 位址 或 dev 介面"},
		{En: "hundredths of a second, 0 to %d", ZhTW: "百分之幾秒，0 到 %s"},
		{En: "a metric", ZhTW: "metric"},
		{En: "an index", ZhTW: "介面編號"},
		{En: "an MTU", ZhTW: "MTU"},
		{En: "how often to try", ZhTW: "次數"},
		{En: "stp_state or forward_delay", ZhTW: "stp_state 或 forward_delay"},
	}
}
