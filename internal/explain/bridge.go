package explain

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// bridgeKind is the row of bridges in linkKinds.
var bridgeKind = linkKind{
	add: kindNote(addBridge),
	set: changeNote(setBridge),
}

func addBridge(op plan.AddLink, b state.Bridge) Note {
	return Note{
		Topic: "bridge add",
		Brief: words.Text{En: "Makes a bridge: %s.", ZhTW: "建立橋接器：%s。"}.With(link(op.Link)),
		More: words.Text{
			En: "A bridge is a switch in software. Other interfaces become its ports; it learns behind which port each MAC address " +
				"is, and sends each frame only there. It is down and has no ports yet.",
			ZhTW: "橋接器就是軟體交換器。其他介面可以當它的埠；它會學習每個 MAC 位址在哪個埠後面，訊框只往那裡送。" +
				"現在它還沒啟用，也還沒有埠。",
		},
		Kernel: message("RTM_NEWLINK", create, "IFLA_IFNAME %s, IFLA_LINKINFO kind bridge, %s", op.Link.Link, bridgeDetails(state.BridgeChange{STP: &b.STP, ForwardDelay: &b.ForwardDelay})),
		Look:   lookAt("link", op.Link),
	}
}

func setBridge(op plan.SetKind, c state.BridgeChange) Note {
	return Note{
		Topic: "bridge set",
		Brief: words.Text{En: "Changes how the bridge %[1]s works: %[2]s.", ZhTW: "改變橋接器 %[1]s 的運作方式：%[2]s。"}.With(link(op.Link), bridgeSettings(c)),
		More: words.Text{
			En:   "The spanning tree protocol (STP) breaks loops of switches. With it a new port listens and learns for a while before it forwards.",
			ZhTW: "STP（spanning tree protocol）用來消除交換器之間的迴圈。開啟之後，新的埠要先監聽和學習一段時間才會轉送。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_LINKINFO kind bridge, %s, the index of %s", bridgeDetails(c), op.Link.Link),
		Look:   lookAt("link", op.Link),
	}
}

func bridgeDetails(c state.BridgeChange) string {
	var list []string
	if c.STP != nil {
		list = append(list, "IFLA_BR_STP_STATE "+map[bool]string{false: "0", true: "1"}[*c.STP])
	}
	if c.ForwardDelay != nil {
		list = append(list, fmt.Sprintf("IFLA_BR_FORWARD_DELAY %d", *c.ForwardDelay))
	}
	return strings.Join(list, ", ")
}

func bridgeSettings(c state.BridgeChange) words.Text {
	var wait words.Text
	if c.ForwardDelay != nil {
		wait = words.Text{
			En:   "a port listens for %[1]v s and learns for %[1]v s before it forwards",
			ZhTW: "埠要先監聽 %[1]v 秒、學習 %[1]v 秒，才會轉送",
		}.With(float64(*c.ForwardDelay) / 100)
	}
	switch {
	case c.STP == nil:
		return wait
	case !*c.STP:
		return words.Text{En: "no spanning tree", ZhTW: "不用 STP"}
	case c.ForwardDelay == nil:
		return words.Text{En: "spanning tree", ZhTW: "使用 STP"}
	}
	return words.Text{En: "spanning tree, and %s", ZhTW: "使用 STP，%s"}.With(wait)
}
