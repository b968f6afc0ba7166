package explain

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

func addNamespace(op plan.AddNamespace) Note {
	return Note{
		Topic: "namespace add",
		Brief: words.Text{En: "Makes the network namespace %s.", ZhTW: "建立網路命名空間 %s。"}.With(op.Name),
		More: words.Text{
			En: "A namespace is a separate network stack: interfaces, addresses, routes, a firewall. A new one has only the " +
				"interface lo, which is down. Its name is a file in /run/netns, which keeps it alive without a process in it.",
			ZhTW: "命名空間是一整套獨立的網路堆疊：有自己的介面、位址、路由與防火牆。剛建立時只有一個介面 lo，而且還沒啟用。" +
				"它的名稱是 /run/netns 底下的一個檔案；有了這個檔案，就算裡面沒有任何行程，命名空間也會留著。",
		},
		Kernel: fmt.Sprintf("unshare(CLONE_NEWNET) in a thread, then mount(MS_BIND) of its /proc/thread-self/ns/net on /run/netns/%s; no netlink message", op.Name),
		Look:   Look{state.Host, "ip", []string{"netns", "list"}},
	}
}

func delNamespace(op plan.DelNamespace) Note {
	return Note{
		Topic: "namespace del",
		Brief: words.Text{En: "Deletes the namespace %s and all that is in it.", ZhTW: "刪除命名空間 %s，連同裡面的一切。"}.With(op.Name),
		More: words.Text{
			En: "This deletes its name. When no process and no open file refers to the namespace either, the kernel deletes it, " +
				"and with each of its veth interfaces the peer, in whichever namespace that is.",
			ZhTW: "刪除的是它的名稱。等到沒有行程或開啟的檔案參照它，核心就會刪除命名空間；" +
				"裡面每個 veth 介面的另一端，不論在哪個命名空間，也會一併刪除。",
		},
		Kernel: fmt.Sprintf("umount2(MNT_DETACH) and unlink of /run/netns/%s; no netlink message", op.Name),
		Look:   Look{state.Host, "ip", []string{"netns", "list"}},
	}
}

// settings explains the value "1" of well-known sysctls, by key.
var settings = map[string]words.Text{
	state.ForwardIPv4: {
		En: "Lets %s forward IPv4 packets that are addressed to other hosts: it is a router now.",
		ZhTW: "讓 %s 轉送不是給自己的 IPv4 封包：" +
			"從現在起它就是一台路由器。",
	},
	state.ForwardIPv6: {
		En:   "Lets %s forward IPv6 packets that are addressed to other hosts.",
		ZhTW: "讓 %s 轉送不是給自己的 IPv6 封包。",
	},
}

func setSysctl(op plan.SetSysctl) Note {
	n := Note{
		Topic: "sysctl " + op.Key,
		Brief: words.Text{En: "Sets %[2]s to %[3]s in %[1]s.", ZhTW: "在 %[1]s 裡把 %[2]s 設為 %[3]s。"}.With(namespace(op.Namespace), op.Key, op.Value),
		More: words.Text{
			En:   "A sysctl below net. belongs to one network namespace, that of the process that writes it: no other is changed.",
			ZhTW: "net. 底下的 sysctl 屬於寫入的行程所在的網路命名空間，不會影響其他命名空間。",
		},
		Kernel: fmt.Sprintf("write %q to /proc/sys/%s, from a thread inside the namespace; no netlink message", op.Value, state.SysctlPath(op.Key)),
		Look:   Look{op.Namespace, "sysctl", []string{op.Key}},
	}
	if meaning, ok := settings[op.Key]; ok && op.Value == "1" {
		n.Brief = meaning.With(namespace(op.Namespace))
	}
	return n
}
