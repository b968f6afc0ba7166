package messages

import "github.com/vethlab/vethlab/internal/words"

// reportMessages are the sentences of the report of vethlab test.
func reportMessages() []words.Text {
	return []words.Text{
		{En: "expected %w, found %w in %d of %d pairs", ZhTW: "應該是%s，卻是%s（%[4]s 對裡的 %[3]s 對）"},
		{En: "expected %w, found %w in %d of %d nodes", ZhTW: "應該是%s，卻是%s（%[4]s 個節點裡的 %[3]s 個）"},
		{En: "expected %w: %d of %d pairs failed", ZhTW: "應該是%s：%[3]s 對裡有 %[2]s 對失敗"},
		{En: "%d of %d pairs failed", ZhTW: "%[2]s 對裡有 %[1]s 對失敗"},
		{En: "expected nodes, found none: %w", ZhTW: "應該有節點，卻一個也沒有：%s"},
		{En: "expected a command, found none: %w", ZhTW: "應該執行指令，卻無法執行：%s"},
		{En: "expected a command, found nothing: %w", ZhTW: "應該執行指令，卻沒有執行：%s"},
		{En: "expected %w, found none", ZhTW: "應該是%s，卻量不到"},
		{En: "expected vethlab listens at %s of %s, found an error", ZhTW: "vethlab 應該在 %[2]s 的 %[1]s 監聽，卻發生錯誤"},
		{En: "expected %w, found nothing: %w", ZhTW: "應該是%s，卻沒有送出探測封包：%s"},
		{En: "expected %w, found a timeout: %w", ZhTW: "應該是%s，卻逾時了：%s"},
		{En: "expected %w, found %d: %w", ZhTW: "應該是%s，卻是 %s：%s"},
		{En: "expected %w, found %w at %s: %w", ZhTW: "應該是%s，卻是%s（位址 %s）：%s"},
		{En: "expected %w, found %w at %s", ZhTW: "應該是%s，卻是%s（位址 %s）"},
		{En: "%s → %s at %s", ZhTW: "%s → %s（位址 %s）"},
		{En: "subject", ZhTW: "對象"},
		{En: "expected %w, found signal: %s", ZhTW: "應該是%s，卻被訊號終止（%s）"},
		{En: "every address of %s", ZhTW: "%s 的每個位址"},

		{En: "%d tests, all as expected, in %s", ZhTW: "%s 個測試，全部符合預期，花了 %s"},
		{En: "%d test, all as expected, in %s", ZhTW: "%s 個測試，符合預期，花了 %s"},
		{En: "%d tests, %d failed, in %s", ZhTW: "%s 個測試，%s 個失敗，花了 %s"},
		{En: "%d test, %d failed, in %s", ZhTW: "%s 個測試，%s 個失敗，花了 %s"},
		{En: "%d tests, not to the end, in %s", ZhTW: "%s 個測試，沒有全部做完，花了 %s"},
		{En: "%d test, not to the end, in %s", ZhTW: "%s 個測試，沒有全部做完，花了 %s"},
		{En: "%d tests: nothing was tested, in %s", ZhTW: "%s 個測試：什麼也沒有測，花了 %s"},
		{En: "lab %s could not be tested", ZhTW: "無法測試實驗 %s"},
	}
}

// reportFindings are what a passed test found, and what a test expects.
func reportFindings() []words.Text {
	return []words.Text{
		{En: "%w, after %d tries", ZhTW: "%s，試了 %s 次"},
		{En: "%w, vethlab listened", ZhTW: "%s，由 vethlab 監聽"},
		{En: "%w, path %s", ZhTW: "%s，路徑 %s"},
		{En: "%w, no hop between", ZhTW: "%s，中間沒有路由器"},
		{En: "%w, mtu %d", ZhTW: "%s，MTU %s"},
		{En: "%w, throughput %s", ZhTW: "%s，吞吐量 %s"},
		{En: "%w, loss %s", ZhTW: "%s，遺失率 %s"},
		{En: "%w, %s in the output", ZhTW: "%s，輸出裡有 %s"},
		{En: "%d pairs reachable (%s, slowest %s)", ZhTW: "%s 對都連得到（%s，最慢 %s）"},
		{En: "reachable (%s, slowest %s)", ZhTW: "連得到（%s，最慢 %s）"},
		{En: "%d pairs reachable (%s)", ZhTW: "%s 對都連得到（%s）"},
		{En: "reachable (%s)", ZhTW: "連得到（%s）"},
		{En: "reachable (%s), %s", ZhTW: "連得到（%s），%s"},
		{En: "%d pairs reachable", ZhTW: "%s 對都連得到"},
		{En: "%d pairs unreachable", ZhTW: "%s 對都連不到"},
		{En: "%d pairs refused", ZhTW: "%s 對都被拒絕"},
		{En: "reachable within %s", ZhTW: "在 %s 內連得到"},
	}
}

// reportReasons are the reasons of failed tests.
func reportReasons() []words.Text {
	return []words.Text{
		{En: "this test matches no pair of nodes", ZhTW: "沒有任何一對節點符合這個測試"},
		{En: "this test matches no node", ZhTW: "沒有節點符合這個測試"},
		{En: "%s is not running", ZhTW: "%s 沒有在執行"},
		{En: "%s has no address", ZhTW: "%s 沒有位址"},
		{En: "it was stopped after %s", ZhTW: "過了 %s 就停掉了"},
		{En: "cannot send the probe", ZhTW: "無法送出探測封包"},
		{En: "%s says: %w", ZhTW: "%s 回報：%s"},
		{En: "wrong answer: %w", ZhTW: "回應不對：%s"},
		{En: "%s refuses connections to port %d", ZhTW: "%s 拒絕了到埠 %s 的連線"},
		{En: "no answer in %s", ZhTW: "%s 內沒有回應"},
		{En: "no hop answers", ZhTW: "路上沒有任何一站回應"},
		{En: "%s answers a ping", ZhTW: "%s 會回應 ping"},
		{En: "the last hop that answers is %s, hop %d", ZhTW: "最後一個有回應的是 %s，第 %s 站"},
		{En: "%s is down, so %s has no carrier", ZhTW: "%s 沒有啟用，所以 %s 沒有載波（carrier）"},
		{En: "there is no route", ZhTW: "沒有路由"},
		{En: "a program listens there that does not answer what vethlab sends", ZhTW: "那裡有程式在監聽，但不會回應 vethlab 送的內容"},
		{En: "HTTP status %d", ZhTW: "HTTP 狀態碼 %s"},
		{En: "the name server answers %s for %s", ZhTW: "DNS 伺服器對 %[2]s 回答 %[1]s"},
		{En: "the name server has no address for %s", ZhTW: "DNS 伺服器沒有 %s 的位址"},
		{En: "%d of %d were answered", ZhTW: "%[2]s 個裡有 %[1]s 個有回應"},
		{En: "it is one round trip", ZhTW: "只量了一次來回"},
		{En: "of %d round trips: min %s, mean %s, max %s, deviation %s", ZhTW: "來回 %s 次：最短 %s、平均 %s、最長 %s、標準差 %s"},
		{En: "it is the MTU of the outgoing interface", ZhTW: "這是送出封包的介面的 MTU"},
		{En: "%s reports it as the next-hop MTU", ZhTW: "%s 回報這是下一站的 MTU"},
		{
			En:   "path MTU black hole: larger packets are dropped without ICMP fragmentation needed / packet too big",
			ZhTW: "path MTU 黑洞：更大的封包被丟棄，卻沒有 ICMP fragmentation needed / packet too big",
		},
		{En: "the path ends with: %w", ZhTW: "路徑的終點回報：%s"},
		{En: "the target does not answer", ZhTW: "目標沒有回應"},
		{En: "the host has no route there: %w", ZhTW: "主機沒有到那裡的路由：%s"},
		{En: "the host has this address itself and would not send it into the lab", ZhTW: "主機自己就有這個位址，不會送進實驗"},
		{En: "the host would send it out of %s, not into the lab", ZhTW: "主機會從 %s 送出去，而不是送進實驗"},
		{En: "the host would send it into lab %s", ZhTW: "主機會送進實驗 %s"},
		{En: "no node has this address, so there is no receiver", ZhTW: "沒有節點有這個位址，所以沒有接收端"},
		{
			En:   "vethlab does not listen in the host namespace: measure from there to the node",
			ZhTW: "vethlab 不在主機的命名空間裡監聽：請從主機往節點量",
		},
		{
			En:   "vethlab does not listen in the host namespace: measure from there to the node, and the reverse",
			ZhTW: "vethlab 不在主機的命名空間裡監聽：請從主機往節點量，再反過來量",
		},
	}
}

// reportObstacles are what somebody has changed in a lab, as reports of tests and up name it.
func reportObstacles() []words.Text {
	return []words.Text{
		{En: "%w, other than described (vethlab up restores it)", ZhTW: "%s，和描述不同（vethlab up 會恢復）"},
		{En: "%s has %s, an address of %s", ZhTW: "%s 有 %s，那是 %s 的位址"},
		{En: "%s has no route to %s", ZhTW: "%s 沒有到 %s 的路由"},
		{En: "%s has no link %s", ZhTW: "%s 沒有介面 %s"},
		{En: "%s of %s is down", ZhTW: "%[2]s 的 %[1]s 沒有啟用"},
		{En: "%s of %s lacks %s", ZhTW: "%[2]s 的 %[1]s 少了 %[3]s"},
		{
			En:   "%s answered itself, by its route %q: the probe did not leave it",
			ZhTW: "%s 因為自己的路由 %s 而自己回應了：探測封包根本沒有離開它",
		},
		{En: "an xfrm policy of the node blocks it: %s", ZhTW: "節點的 xfrm policy 擋住了：%s"},
		{En: "the node has the rule %q", ZhTW: "節點有 policy routing 規則 %s"},
		{En: "the node lacks the rule %q", ZhTW: "節點少了 policy routing 規則 %s"},
		{En: "nodes with rules of legacy iptables: %s", ZhTW: "有舊式 iptables 規則的節點：%s"},
		{En: "when it was repeated, %w", ZhTW: "再試一次時，%s"},
		{En: "legacy %s of %s dropped %w: %w", ZhTW: "%[2]s 的舊式 %[1]s 丟棄了%[3]s：%[4]s"},
		{En: "legacy %s of %s handled %w: %w", ZhTW: "%[2]s 的舊式 %[1]s 處理了%[3]s：%[4]s"},
		{En: "policy %s of %s in table %s", ZhTW: "表 %[3]s 裡 %[2]s 的 policy %[1]s"},
		{En: "rule %q in table %s", ZhTW: "表 %[2]s 裡的規則 %[1]s"},
		{En: "%s has %w, which vethlab did not set: %s", ZhTW: "%s 有%s，不是 vethlab 設的：%s"},
		{En: "%s has %w, which vethlab did not set and leaves as they are: %s", ZhTW: "%s 有%s，不是 vethlab 設的，所以保留原樣：%s"},
		{En: "and %d more; vethlab show NODE shows what a node has", ZhTW: "還有 %s 個；用 vethlab show 節點 可以看節點裡有什麼"},
		{En: "and %d more", ZhTW: "還有 %s 個"},
	}
}

// icmpReasons are the meanings of ICMP errors and of wrong answers.
func icmpReasons() []words.Text {
	return []words.Text{
		{En: "network unreachable", ZhTW: "沒有到那個網路的路由（network unreachable）"},
		{En: "host unreachable", ZhTW: "連不到那台主機（host unreachable）"},
		{En: "protocol unreachable", ZhTW: "不支援這個協定（protocol unreachable）"},
		{En: "port unreachable", ZhTW: "那個埠沒有程式在監聽（port unreachable）"},
		{En: "network prohibited", ZhTW: "不允許到那個網路（network prohibited）"},
		{En: "host prohibited", ZhTW: "不允許到那台主機（host prohibited）"},
		{En: "prohibited by a filter", ZhTW: "被封包過濾規則擋住（prohibited by a filter）"},
		{En: "no route", ZhTW: "沒有路由（no route）"},
		{En: "beyond the scope of the source address", ZhTW: "超出來源位址的 scope"},
		{En: "source address failed ingress/egress policy", ZhTW: "來源位址不符合進出規則（ingress/egress policy）"},
		{En: "reject route", ZhTW: "到那裡的路由會拒絕封包（reject route）"},
		{En: "unreachable (code %d)", ZhTW: "連不到（unreachable，code %s）"},
		{En: "time to live exceeded: a routing loop, or a path of more than 64 routers", ZhTW: "TTL 減到 0：路由有迴圈，或路上超過 64 台路由器"},
		{En: "hop limit exceeded: a routing loop, or a path of more than 64 routers", ZhTW: "hop limit 減到 0：路由有迴圈，或路上超過 64 台路由器"},
		{En: "ICMP error %d, code %d", ZhTW: "ICMP 錯誤 %s，code %s"},
		{En: "ICMPv6 error %d, code %d", ZhTW: "ICMPv6 錯誤 %s，code %s"},
		{En: "packet too big", ZhTW: "封包太大（packet too big）"},
		{En: "packet too big for the next hop's MTU of %d bytes", ZhTW: "封包超過下一站的 MTU，%s bytes"},
		{En: "the connection was reset before the response", ZhTW: "還沒收到回應，連線就被重設"},
		{En: "the connection was closed before the response", ZhTW: "還沒收到回應，連線就被關閉"},
		{En: "not a DNS message (%w)", ZhTW: "不是 DNS 訊息（%s）"},
		{En: "DNS message with ID %d, which is not a response to a query", ZhTW: "ID 是 %s 的 DNS 訊息，不是查詢的回應"},
		{En: "DNS response without a readable question (%w)", ZhTW: "DNS 回應裡的 question 無法解讀（%s）"},
		{En: "DNS response for %s", ZhTW: "%s 的 DNS 回應"},
		{En: "DNS response with %d questions", ZhTW: "有 %s 個 question 的 DNS 回應"},
		{En: "DNS response with an unreadable answer section (%w)", ZhTW: "DNS 回應裡的 answer 無法解讀（%s）"},
		{En: "DNS record of %s", ZhTW: "%s 的 DNS 紀錄"},
		{En: "not HTTP (%w)", ZhTW: "不是 HTTP（%s）"},
		{En: "ICMP error for a packet to %s", ZhTW: "這個 ICMP 錯誤是給送往 %s 的封包的"},
		{En: "echo reply from %s", ZhTW: "來自 %s 的 echo reply"},
	}
}

// reportPhrases are the parts that %w matches in [reportMessages] and [reportObstacles].
func reportPhrases() []words.Text {
	return []words.Text{
		{En: "an error", ZhTW: "錯誤"},
		{En: "another output", ZhTW: "別的輸出"},
		{En: "within %s", ZhTW: "在 %s 內"},
		{En: "mtu %d", ZhTW: " MTU %s"},
		{En: "throughput %s", ZhTW: "吞吐量 %s"},
		{En: "loss %s", ZhTW: "遺失率 %s"},
		{En: "no hop between", ZhTW: "中間沒有路由器"},
		{En: "path %s", ZhTW: "路徑 %s"},
		{En: "%s in the output", ZhTW: "輸出裡有 %s"},
		{En: "%d packets", ZhTW: " %s 個封包"},
		{En: "%d packet", ZhTW: " %s 個封包"},
		{En: "rules of legacy iptables", ZhTW: "舊式 iptables 的規則"},
		{En: "rules of policy routing", ZhTW: " policy routing 的規則"},
		{En: "routes in tables that rules of policy routing look up", ZhTW: "那些規則所用路由表裡的路由"},
		{En: "interfaces with ARP off", ZhTW: "關掉 ARP 的介面"},
		{En: "xfrm policies", ZhTW: " xfrm policy"},
		{En: "entries of a bridge's FDB", ZhTW: "網橋 FDB 裡的項目"},
		{En: "local routes to addresses that it does not have", ZhTW: "到別人位址的 local 路由"},
		{En: "qdiscs", ZhTW: " qdisc"},
		{En: "changed sysctls", ZhTW: "改過的 sysctl"},
		{En: "addresses on interfaces of the lab", ZhTW: "在實驗介面上的位址"},
		{En: "routes through interfaces of the lab", ZhTW: "經過實驗介面的路由"},
		{En: "permanent neighbour entries on interfaces of the lab", ZhTW: "在實驗介面上的永久鄰居項目"},
	}
}

// outcomes are the words for what a probe found, and the legend of a matrix.
func outcomes() []words.Text {
	return []words.Text{
		{En: "reachable", ZhTW: "連得到"},
		{En: "unreachable", ZhTW: "連不到"},
		{En: "refused", ZhTW: "被拒絕"},
		{En: "not tested", ZhTW: "沒有測"},
		{En: "reached", ZhTW: "連得到"},
		{En: "not reached, as expected", ZhTW: "連不到，符合預期"},
		{En: "not as expected", ZhTW: "不符合預期"},
		{En: "partly reached, as expected", ZhTW: "有的連得到，符合預期"},
	}
}
