package explain

import (
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

func addAddress(op plan.AddAddress) Note {
	n := Note{
		Topic: "address add",
		Brief: words.Text{En: "Gives %[1]s the address %[2]s.", ZhTW: "給 %[1]s 位址 %[2]s。"}.With(link(op.Link), op.Address),
		More: words.Text{
			En: "The prefix length after the slash gives the subnet, %[1]s. Other addresses in it are on-link: the kernel resolves them " +
				"by ARP (IPv6: ND) on this interface. It adds a route to the subnet when the interface is up.",
			ZhTW: "斜線後面是前綴長度，決定了子網路 %[1]s。其中的其他位址都直接相連：核心會在這個介面上用 ARP（IPv6 用 ND）詢問。" +
				"介面一啟用，核心就會加上到這個子網路的路由。",
		}.With(op.Address.Masked()),
		Kernel: message("RTM_NEWADDR", create, "%s", addressDetails(op.Address, op.Link.Link)),
		Look:   lookAt("addr", op.Link),
	}
	switch a := op.Address.Addr(); {
	case a.Is6() && a.IsLinkLocalUnicast():
		n.Topic = "address add link-local"
		n.More = words.Text{
			En:   "An fe80:: address is valid on this link only. IPv6 needs one on each interface, for neighbour discovery.",
			ZhTW: "fe80:: 位址只在這條線上有效。IPv6 需要每個介面都有一個，才能找到鄰居。",
		}
	case op.Address.IsSingleIP() && !a.IsLoopback():
		n.Topic = "address add host"
		n.More = words.Text{
			En:   "The prefix is as long as the address: the subnet has no other address, so the kernel adds no route to it.",
			ZhTW: "前綴和位址一樣長：這個子網路裡沒有其他位址，所以核心不會加上路由。",
		}
	case a.Is6():
		n.Topic = "address add ipv6"
		n.More.En += " nodad: it can be used at once, without duplicate address detection."
		n.More.ZhTW += "nodad：略過重複位址偵測（DAD），馬上就可以使用。"
	}
	return n
}

func delAddress(op plan.DelAddress) Note {
	return Note{
		Topic: "address del",
		Brief: words.Text{En: "Removes the address %[2]s from %[1]s.", ZhTW: "從 %[1]s 移除位址 %[2]s。"}.With(link(op.Link), op.Address),
		More: words.Text{
			En: "The kernel's route to its subnet is deleted too, unless another address needs it; with the last IPv4 address all IPv4 " +
				"routes of the interface are deleted.",
			ZhTW: "核心為它的子網路加上的路由也會刪除，除非還有其他位址需要；移除最後一個 IPv4 位址時，這個介面所有的 IPv4 路由都會刪除。",
		},
		Kernel: message("RTM_DELADDR", "", "%s", addressDetails(op.Address, op.Link.Link)),
		Look:   lookAt("addr", op.Link),
	}
}

func addressDetails(p netip.Prefix, dev string) string {
	flag := ""
	if p.Addr().Is6() {
		flag = ", ifa_flags IFA_F_NODAD"
	}
	return fmt.Sprintf("IFA_LOCAL %s, ifa_prefixlen %d%s, the index of %s", p.Addr(), p.Bits(), flag, dev)
}

func promote(op plan.PromoteSecondaries) Note {
	return Note{
		Topic: "promote secondaries",
		Brief: words.Text{
			En:   "Keeps the secondary addresses of %s when the primary one of their subnet is deleted.",
			ZhTW: "讓 %s 在刪除子網路的主要位址時，保留次要（secondary）位址。",
		}.With(link(op.Link)),
		More: words.Text{
			En:   "By default the kernel deletes them with it.",
			ZhTW: "預設的情況下，核心會一起刪除。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_AF_SPEC/AF_INET/IFLA_INET_CONF IPV4_DEVCONF_PROMOTE_SECONDARIES 1, the index of %s", op.Link.Link),
	}
}
