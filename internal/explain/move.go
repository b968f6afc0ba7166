package explain

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

func moveLink(op plan.MoveLink) Note {
	if op.Link.Namespace == op.To.Namespace {
		return Note{
			Topic:  "link rename",
			Brief:  words.Text{En: "Renames %[1]s to %[2]s.", ZhTW: "把 %[1]s 改名為 %[2]s。"}.With(link(op.Link), op.To.Link),
			More:   words.Text{En: "Its index, addresses and settings stay.", ZhTW: "編號、位址和設定都不變。"},
			Kernel: moveMessage(op),
			Look:   lookAt("link", op.To),
		}
	}
	n := Note{
		Topic: "link move",
		Brief: words.Text{En: "Moves %[1]s into %[2]s.", ZhTW: "把 %[1]s 搬進 %[2]s。"}.With(link(op.Link), namespace(op.To.Namespace)),
		More: words.Text{
			En: "An interface is in one namespace at a time. It arrives down, without addresses and routes, so those are added " +
				"afterwards. A veth stays connected to its peer, across namespaces: @if and link-netnsid show the peer's index and " +
				"namespace.",
			ZhTW: "介面同時只會在一個命名空間裡。搬過去之後是停用的，沒有位址也沒有路由，所以這些要之後再設。" +
				"veth 跨命名空間仍然和另一端相連：@if 和 link-netnsid 是另一端的編號和命名空間。",
		},
		Kernel: moveMessage(op),
		Look:   lookAt("link", op.To),
	}
	if op.Link.Link != op.To.Link {
		n.Topic = "link move and rename"
		n.Brief = words.Text{
			En:   "Moves %[1]s into %[2]s and renames it to %[3]s.",
			ZhTW: "把 %[1]s 搬進 %[2]s，並改名為 %[3]s。",
		}.With(link(op.Link), namespace(op.To.Namespace), op.To.Link)
	}
	return n
}

func moveMessage(op plan.MoveLink) string {
	var list []string
	if op.Link.Namespace != op.To.Namespace {
		list = append(list, "IFLA_NET_NS_FD")
	}
	if op.Link.Link != op.To.Link {
		list = append(list, "IFLA_IFNAME "+op.To.Link)
	}
	return message("RTM_NEWLINK", "", "%s, the index of %s", strings.Join(list, ", "), op.Link.Link)
}

func flushAddresses(op plan.FlushAddresses) Note {
	what := words.Text{En: "all addresses", ZhTW: "所有位址"}
	if op.Family != plan.AllFamilies {
		family := map[plan.Family]string{plan.IPv4Only: "IPv4", plan.IPv6Only: "IPv6"}[op.Family]
		what = words.Text{En: "all addresses of %s", ZhTW: "所有 %s 位址"}.With(family)
	}
	return Note{
		Topic:  "address flush",
		Brief:  words.Text{En: "Removes %[2]s from %[1]s.", ZhTW: "從 %[1]s 移除 %[2]s。"}.With(link(op.Link), what),
		More:   words.Text{En: "The routes to their subnets are deleted too.", ZhTW: "到這些子網路的路由也會一起刪除。"},
		Kernel: fmt.Sprintf("RTM_GETADDR (NLM_F_DUMP), and an RTM_DELADDR for each address of %s", op.Link.Link),
		Look:   lookAt("addr", op.Link),
	}
}
