package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// macvlanKind is the row of macvlans in linkKinds.
var macvlanKind = linkKind{add: kindNote(addMacvlan), set: changeNote(setMacvlan)}

func addMacvlan(op plan.AddLink, m state.Macvlan) Note {
	return Note{
		Topic: "macvlan add",
		Brief: words.Text{
			En:   "Makes a macvlan: %[1]s, on %[2]s, with mode %[3]s.",
			ZhTW: "建立 macvlan 介面：%[1]s，下層裝置是 %[2]s，模式是 %[3]s。",
		}.With(link(op.Link), link(m.On), m.Mode),
		More: words.Text{
			En: "A macvlan has a MAC address of its own, and sends and receives through its lower device: neighbours see two machines. " +
				"The lower device itself exchanges no frames with its macvlans. The macvlan is deleted with it.",
			ZhTW: "macvlan 有自己的 MAC 位址，透過下層裝置收送訊框：在鄰居看來像是另一台機器。" +
				"下層裝置本身和它的 macvlan 之間不會交換訊框。下層裝置刪除時，macvlan 也會跟著刪除。",
		},
		Kernel: message("RTM_NEWLINK", create, "%s, IFLA_MACVLAN_MODE %s, IFLA_LINK the index of %s", newLinkOf(op.Kind.Kind(), op.Link), m.Mode, m.On.Link),
		Look:   lookAt("link", op.Link),
	}
}

func setMacvlan(op plan.SetKind, c state.MacvlanChange) Note {
	return Note{
		Topic: "macvlan set",
		Brief: words.Text{En: "Changes the mode of the macvlan %[1]s to %[2]s.", ZhTW: "把 macvlan %[1]s 的模式改成 %[2]s。"}.With(link(op.Link), c.Mode),
		More: words.Text{
			En: "With mode bridge, macvlans on one lower device exchange frames with each other. With vepa they send all frames out, " +
				"and a switch outside may send them back. With private they exchange none.",
			ZhTW: "bridge 模式：同一個下層裝置上的 macvlan 可以直接互通。vepa 模式：所有訊框都往外送，由外面的交換器決定要不要送回來。" +
				"private 模式：彼此完全不通。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_LINKINFO kind macvlan, IFLA_MACVLAN_MODE %s, the index of %s", c.Mode, op.Link.Link),
		Look:   lookAt("link", op.Link),
	}
}
