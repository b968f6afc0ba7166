package explain

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

func delLink(op plan.DelLink) Note {
	return Note{
		Topic: "link del",
		Brief: words.Text{En: "Deletes the interface %s.", ZhTW: "刪除介面：%s。"}.With(link(op.Link)),
		More: words.Text{
			En:   "Its addresses and the routes through it are deleted too, and if it is one end of a veth pair, its peer.",
			ZhTW: "它的位址和經過它的路由也會刪除。如果它是 veth pair 的一端，另一端也會一起刪除。",
		},
		Kernel: message("RTM_DELLINK", "", "the index of %s", op.Link.Link),
		Look:   Look{op.Link.Namespace, "ip", []string{"link", "show"}},
	}
}

// setLink explains each part of a change, the most visible first.
func setLink(op plan.SetLink) []Note {
	var notes []Note
	add := func(n Note, object string) {
		n.Look = lookAt(object, op.Link)
		notes = append(notes, n)
	}
	if op.Up != nil {
		add(upOrDown(op.Link, *op.Up), "link")
	}
	if op.Master != nil {
		add(master(op.Link, *op.Master), "link")
	}
	if op.MAC != (plan.SetLink{}).MAC {
		add(setMAC(op), "link")
	}
	if op.MTU != 0 {
		add(setMTU(op), "link")
	}
	if op.AutoLinkLocal != nil {
		add(autoLinkLocal(op.Link, *op.AutoLinkLocal), "link")
	}
	if op.Alias != nil {
		add(alias(op.Link, *op.Alias), "link")
	}
	return notes
}

func upOrDown(e state.Endpoint, up bool) Note {
	if up {
		n := Note{
			Topic: "link up",
			Brief: words.Text{En: "Brings up %s.", ZhTW: "啟用 %s。"}.With(link(e)),
			More: words.Text{
				En: "Only an interface that is up sends and receives. The kernel now adds routes to its subnets. A veth also needs its peer " +
					"to be up: until then it shows NO-CARRIER, as an Ethernet port without a cable does.",
				ZhTW: "介面要啟用（UP）才會收送封包。這時核心會加上到它的子網路的路由。veth 還需要另一端也啟用：" +
					"在那之前會顯示 NO-CARRIER，就像網路孔沒插線一樣。",
			},
			Kernel: message("RTM_NEWLINK", "", "ifi_flags IFF_UP, ifi_change IFF_UP, the index of %s", e.Link),
		}
		if e.Link == state.Lo {
			n.Topic = "lo up"
			n.More = words.Text{
				En:   "lo connects a namespace to itself: 127.0.0.1 and ::1, which many programs expect, work from now on.",
				ZhTW: "lo 讓命名空間連到自己：從現在起 127.0.0.1 和 ::1 可以用了，許多程式都需要它們。",
			}
		}
		return n
	}
	return Note{
		Topic: "link down",
		Brief: words.Text{En: "Takes down %s.", ZhTW: "停用 %s。"}.With(link(e)),
		More: words.Text{
			En:   "It keeps its IPv4 addresses. Its IPv6 addresses and all routes through it are deleted; bringing it up does not restore them.",
			ZhTW: "IPv4 位址會留著；IPv6 位址和所有經過它的路由都會刪除，重新啟用也不會恢復。",
		},
		Kernel: message("RTM_NEWLINK", "", "ifi_flags 0, ifi_change IFF_UP, the index of %s", e.Link),
	}
}

func master(e state.Endpoint, bridge string) Note {
	if bridge == "" {
		return Note{
			Topic:  "link nomaster",
			Brief:  words.Text{En: "Removes %s from its bridge.", ZhTW: "把 %s 從橋接器移除。"}.With(link(e)),
			Kernel: message("RTM_NEWLINK", "", "IFLA_MASTER 0, the index of %s", e.Link),
		}
	}
	return Note{
		Topic: "link master",
		Brief: words.Text{En: "Makes %[1]s a port of the bridge %[2]s.", ZhTW: "把 %[1]s 設成橋接器 %[2]s 的埠。"}.With(link(e), bridge),
		More: words.Text{
			En: "Frames that arrive at a port go to the bridge, not to the addresses of the port. " +
				"So a port needs no address.",
			ZhTW: "埠收到的訊框會交給橋接器，而不是交給埠自己的位址。所以埠不需要位址。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_MASTER the index of %s, the index of %s", bridge, e.Link),
	}
}

func setMAC(op plan.SetLink) Note {
	return Note{
		Topic: "link address",
		Brief: words.Text{En: "Gives %[1]s the MAC address %[2]s.", ZhTW: "把 %[1]s 的 MAC 位址設為 %[2]s。"}.With(link(op.Link), op.MAC),
		More: words.Text{
			En:   "Neighbours on the same cable or switch send frames to it. It must be unique among them.",
			ZhTW: "同一條線或同一台交換器上的鄰居會把訊框送到這個位址，所以不能重複。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_ADDRESS %s, the index of %s", op.MAC, op.Link.Link),
	}
}

func setMTU(op plan.SetLink) Note {
	return Note{
		Topic: "link mtu",
		Brief: words.Text{En: "Sets the MTU of %[1]s, the length of the longest packet through it, to %[2]d bytes.", ZhTW: "把 %[1]s 的 MTU，也就是封包的最大長度，設為 %[2]d 位元組。"}.With(link(op.Link), op.MTU),
		More: words.Text{
			En:   "Both ends of a cable should have the same MTU: an end drops packets longer than its own.",
			ZhTW: "線的兩端應該一致：比自己的 MTU 長的封包，那一端會丟棄。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_MTU %d, the index of %s", op.MTU, op.Link.Link),
	}
}

func autoLinkLocal(e state.Endpoint, on bool) Note {
	n := Note{
		Topic: "link addrgenmode",
		Brief: words.Text{
			En:   "Keeps the kernel from assigning an fe80:: address to %s.",
			ZhTW: "不要讓核心自動給 %s 一個 fe80:: 位址。",
		}.With(link(e)),
		More: words.Text{
			En: "The kernel would first check for 1 to 2 s whether another host has that address, and " +
				"IPv6 would not work until then. A switch port needs none; other interfaces get theirs explicitly.",
			ZhTW: "核心會先花 1 到 2 秒確認沒有其他主機使用這個位址，這段時間 IPv6 還不能用。" +
				"交換器的埠不需要這種位址，其他介面的則另外加上。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_AF_SPEC/AF_INET6/IFLA_INET6_ADDR_GEN_MODE %d, the index of %s", genMode(on), e.Link),
	}
	if on {
		n.Topic = "link addrgenmode eui64"
		n.Brief = words.Text{
			En:   "Lets the kernel assign an fe80:: address, derived from the MAC, to %s when it next comes up.",
			ZhTW: "讓核心在 %s 下次啟用時，自動用 MAC 產生一個 fe80:: 位址。",
		}.With(link(e))
		n.More = words.Text{}
	}
	return n
}

// genMode is IN6_ADDR_GEN_MODE_EUI64 or IN6_ADDR_GEN_MODE_NONE.
func genMode(auto bool) int {
	if auto {
		return 0
	}
	return 1
}

func alias(e state.Endpoint, text string) Note {
	n := Note{
		Topic: "link alias",
		Brief: words.Text{En: "Sets the alias of %[1]s to %[2]q.", ZhTW: "把 %[1]s 的 alias 設為 %[2]q。"}.With(link(e), text),
		More: words.Text{
			En:   "An alias is free text that the kernel stores with the interface and does not interpret.",
			ZhTW: "alias 是任意的文字，核心會跟介面一起保存，但不會解讀它。",
		},
		Kernel: message("RTM_NEWLINK", "", "IFLA_IFALIAS %q, the index of %s", text, e.Link),
	}
	if m, ok := state.ParseMark(text); ok {
		n.Topic = "mark"
		n.Brief = words.Text{
			En:   "Marks it as the node %[2]s of the lab %[1]s.",
			ZhTW: "標記：這是實驗 %[1]s 的節點 %[2]s。",
		}.With(m.Lab, m.Node)
		n.More = words.Text{
			En: fmt.Sprintf("The mark is an alias of %s, free text to the kernel, by which vethlab finds its labs. "+
				"vethlab never changes a namespace without one.", e.Link),
			ZhTW: fmt.Sprintf("標記就是 %s 的 alias，vethlab 靠它找到自己的實驗。沒有標記的命名空間，vethlab 絕不更動。", e.Link),
		}
	}
	return n
}
