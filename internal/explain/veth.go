package explain

import (
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

func addVeth(op plan.AddVeth) []Note { return append([]Note{newVeth(op)}, newMarks(op)...) }

func newVeth(op plan.AddVeth) Note {
	a, b := op.Ends[0], op.Ends[1]
	n := Note{
		Topic: "veth add",
		Brief: words.Text{
			En:   "Makes a veth pair, a virtual cable with the ends %[1]s and %[2]s.",
			ZhTW: "建立 veth pair，就像一條虛擬的網路線，兩端是 %[1]s 和 %[2]s。",
		}.With(link(a.Link), link(b.Link)),
		More: words.Text{
			En: "A frame sent into one end arrives at the other. Deleting one end deletes both. Both are down and have no " +
				"addresses yet.",
			ZhTW: "從一端送出的訊框，會由另一端收到。刪除一端，另一端也會刪除。現在兩端都還沒啟用，也沒有位址。",
		},
		Kernel: message("RTM_NEWLINK", create, "IFLA_IFNAME %s, IFLA_LINKINFO kind veth, VETH_INFO_PEER with IFLA_IFNAME %s%s",
			a.Link.Link, b.Link.Link, vethDetails(op)),
		Look: lookAt("link", a.Link),
	}
	if a.Link.Namespace != b.Link.Namespace {
		n.Topic = "veth add apart"
		n.More = words.Text{
			En: n.More.En + " Each end is made in its namespace, so none has to be moved there; @if and link-netns of one end show " +
				"the index and the namespace of the other.",
			ZhTW: n.More.ZhTW + "每一端直接建立在自己的命名空間裡，不必再搬；一端的 @if 和 link-netns 是另一端的編號和命名空間。",
		}
	}
	return n
}

// vethDetails lists the attributes of an Op beside the names.
func vethDetails(op plan.AddVeth) string {
	var list []string
	if op.Ends[0].Link.Namespace != op.Ends[1].Link.Namespace {
		list = append(list, "IFLA_NET_NS_FD for each end")
	}
	if op.Ends[0].Index != 0 || op.Ends[1].Index != 0 {
		list = append(list, "ifi_index")
	}
	if !op.Ends[0].MAC.IsZero() || !op.Ends[1].MAC.IsZero() {
		list = append(list, "IFLA_ADDRESS")
	}
	if op.Ends[0].MTU != 0 || op.Ends[1].MTU != 0 {
		list = append(list, "IFLA_MTU")
	}
	if len(list) == 0 {
		return ""
	}
	return ", " + strings.Join(list, ", ")
}
