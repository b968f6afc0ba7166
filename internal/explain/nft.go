package explain

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

// filter explains a command of nft.
func filter(op plan.Nft) Note {
	c := op.Command
	n := Note{
		Topic:  fmt.Sprintf("nft %s %s", c.Verb, c.Object),
		Brief:  filterBrief(op),
		Kernel: fmt.Sprintf("NFNL_MSG_BATCH_BEGIN, %s, NFNL_MSG_BATCH_END: applied atomically", filterMessage(c)),
		Look:   Look{op.Namespace, "nft", filterLook(c)},
	}
	if c.Verb == nft.Add || c.Verb == nft.Insert {
		n.Topic, n.More = filterMore(c)
	}
	return n
}

// filterLook lists the smallest part of the ruleset that shows the effect of a command.
func filterLook(c nft.Command) []string {
	family, name := string(c.Table.Family), c.Table.Name
	deleted := c.Verb == nft.Delete
	switch {
	case c.Object == nft.ATable && !deleted, c.Object == nft.AChain && deleted, c.Object == nft.ASet && deleted:
		return []string{"list", "table", family, name}
	case c.Object == nft.AChain, c.Object == nft.ARule:
		return []string{"list", "chain", family, name, c.Name}
	case c.Object == nft.ASet, c.Object == nft.AnElement:
		return []string{"list", "set", family, name, c.Name}
	}
	return []string{"list", "ruleset"}
}

// filterBrief returns the sentence on a command.
func filterBrief(op plan.Nft) words.Text {
	c, ns := op.Command, namespace(op.Namespace)
	what := words.Both(strings.TrimSpace(string(c.Object) + " " + strings.TrimSpace(c.Table.String()+" "+c.Name)))
	switch {
	case c.Verb == nft.Delete:
		return words.Text{En: "Deletes from the packet filter of %[1]s: %[2]s.", ZhTW: "從 %[1]s 的封包過濾器刪除：%[2]s。"}.With(ns, strings.TrimSpace(what.En+" "+c.Body()))
	case c.Verb == nft.Flush:
		return words.Text{En: "Empties this part of the packet filter of %[1]s: %[2]s.", ZhTW: "清空 %[1]s 封包過濾器的這個部分：%[2]s。"}.With(ns, what)
	case c.Verb == nft.List:
		return words.Text{En: "Lists this part of the packet filter of %[1]s: %[2]s.", ZhTW: "列出 %[1]s 的封包過濾器：%[2]s。"}.With(ns, what)
	case c.Object == nft.ATable:
		return words.Text{En: "Makes the table %[2]s of the packet filter of %[1]s.", ZhTW: "在 %[1]s 的封包過濾器裡建立表 %[2]s。"}.With(ns, c.Table)
	case c.Object == nft.AChain && c.Base != nil:
		return words.Text{
			En:   "Makes the chain %[1]s, which packets of %[2]s pass at the hook %[3]s.",
			ZhTW: "建立鏈 %[1]s；%[2]s 的封包會在 hook %[3]s 經過它。",
		}.With(c.Name, ns, c.Base.Hook)
	case c.Object == nft.AChain:
		return words.Text{En: "Makes the chain %[1]s in %[2]s, to which rules can jump.", ZhTW: "在 %[2]s 建立鏈 %[1]s，規則可以跳（jump）過去。"}.With(c.Name, ns)
	case c.Object == nft.ARule:
		return words.Text{En: "Adds a rule to the chain %[1]s in %[2]s: %[3]s.", ZhTW: "在 %[2]s 的鏈 %[1]s 加上一條規則：%[3]s。"}.With(c.Name, ns, c.Rule)
	case c.Object == nft.ASet:
		return words.Text{En: "Makes the set %[1]s in %[2]s.", ZhTW: "在 %[2]s 建立集合 %[1]s。"}.With(c.Name, ns)
	}
	return words.Text{En: "Adds to the set %[1]s in %[2]s: %[3]s.", ZhTW: "在 %[2]s 的集合 %[1]s 裡加入：%[3]s。"}.With(c.Name, ns, c.Body())
}

// filterMore returns the topic of an added object and its background.
func filterMore(c nft.Command) (topic string, more words.Text) {
	switch c.Object {
	case nft.ATable:
		return "nft table", words.Text{
			En:   "A table holds chains, and has no effect without one. Its family selects the packets: ip, ip6, or inet for both.",
			ZhTW: "表裡面放的是鏈，沒有鏈就沒有作用。family 決定它處理哪些封包：ip、ip6，或兩者都處理的 inet。",
		}
	case nft.AChain:
		return "nft chain", words.Text{
			En: "The hooks are points on the path of a packet: prerouting when it arrives, then input if it is for this namespace or " +
				"forward if it is forwarded, output if it is sent from here, and postrouting before it leaves.",
			ZhTW: "hook 是封包路徑上的檢查點：剛進來是 prerouting，給這個命名空間的經過 input，要轉送的經過 forward，從這裡送出的經過 output，離開之前都經過 postrouting。",
		}
	case nft.ARule:
		return ruleMore(c.Rule)
	case nft.ASet:
		return "nft set", words.Text{En: "A rule compares a packet with all its elements in one lookup.", ZhTW: "規則查詢一次，就能和集合裡所有的元素比較。"}
	}
	return "nft element", words.Text{}
}

// ruleMore returns the topic and background of a rule, by its statements.
func ruleMore(r nft.Rule) (topic string, more words.Text) {
	for _, s := range r.Statements {
		switch s := s.(type) {
		case nft.NAT:
			if s.Word == "dnat" || s.Word == "redirect" {
				return "nft dnat", words.Text{
					En:   "The destination is rewritten: this is how a port is published. The kernel tracks the connection and rewrites the replies back.",
					ZhTW: "改寫的是目的位址：發布一個埠就是這樣做的。核心會追蹤這條連線，並把回應改回來。",
				}
			}
			return "nft snat", words.Text{
				En: "The source is rewritten, so that replies come back to this machine; the kernel tracks the connection and rewrites the " +
					"replies back. masquerade takes the address of the outgoing interface.",
				ZhTW: "改寫的是來源位址，這樣回應才會回到這台機器；核心會追蹤這條連線，並把回應改回來。masquerade 用的是封包離開時那個介面的位址。",
			}
		case nft.Reject:
			return "nft reject", words.Text{
				En:   "The sender gets an error (ICMP or a TCP reset). With drop it would wait for its timeout.",
				ZhTW: "送出封包的一端會收到錯誤（ICMP 或 TCP reset）；如果用 drop，就只能等到逾時。",
			}
		}
	}
	return "nft rule", words.Text{
		En:   "The rules of a chain are evaluated in order, and each from left to right: if a condition does not match, the next rule follows.",
		ZhTW: "鏈裡的規則依序評估，每條規則由左到右：條件不符合，就換下一條。",
	}
}

// filterMessage names the message of nf_tables (linux/netfilter/nf_tables.h).
func filterMessage(c nft.Command) string {
	verb := "NFT_MSG_NEW"
	if c.Verb == nft.Delete || c.Verb == nft.Flush {
		verb = "NFT_MSG_DEL"
	}
	object := map[nft.Object]string{
		nft.WholeRuleset: "TABLE", nft.ATable: "TABLE", nft.AChain: "CHAIN", nft.ARule: "RULE", nft.ASet: "SET", nft.AnElement: "SETELEM",
	}[c.Object]
	if c.Verb == nft.Flush && c.Object != nft.WholeRuleset {
		object = map[nft.Object]string{nft.ATable: "RULE", nft.AChain: "RULE", nft.ASet: "SETELEM"}[c.Object]
	}
	return verb + object
}
