package explain

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

func addRoute(op plan.AddRoute) Note {
	ns, r := namespace(op.Namespace), op.Route
	dev := words.Both(r.Dev)
	if r.Dev == "" {
		dev = words.Text{En: "the interface that leads to it", ZhTW: "通往它的介面"}
	}
	n := Note{
		Topic:  "route add",
		Kernel: message("RTM_NEWROUTE", create, "%s", routeDetails(r)),
		Look:   lookAtRoutes(op.Namespace, op.Route),
	}
	switch {
	case !r.Via.IsValid():
		n.Topic = "route add link"
		n.Brief = words.Text{
			En:   "Adds a route to %[1]s: %[2]s is on-link, out of %[3]s.",
			ZhTW: "在 %[1]s 加上路由：%[2]s 直接接在 %[3]s 上。",
		}.With(ns, destination(r), dev)
		n.More = words.Text{
			En:   "No router is in between: the kernel resolves each address there on that link (ARP or ND).",
			ZhTW: "中間沒有路由器：要連到那裡的位址時，都直接在這條線上詢問（ARP 或 ND）。",
		}
	case r.To.Bits() == 0:
		n.Topic = "route add default"
		n.Brief = words.Text{
			En:   "Adds a default route to %[1]s: packets that match no other route go to the router %[2]s, out of %[3]s.",
			ZhTW: "在 %[1]s 加上預設路由：沒有其他路由符合的封包，都從 %[3]s 交給路由器 %[2]s。",
		}.With(ns, r.Via, dev)
		n.More = words.Text{
			En: "The router %[1]s is the gateway. The kernel takes the matching route with the longest prefix; this one matches " +
				"every packet, with the shortest prefix. The gateway itself must be on-link.",
			ZhTW: "路由器 %[1]s 就是閘道。核心會選前綴最長的那條路由；這一條符合所有封包，但前綴最短。閘道本身必須直接相連。",
		}.With(r.Via)
	default:
		n.Brief = words.Text{
			En:   "Adds a route to %[1]s: packets to %[2]s go to the router %[3]s, out of %[4]s.",
			ZhTW: "在 %[1]s 加上路由：到 %[2]s 的封包，從 %[4]s 交給路由器 %[3]s。",
		}.With(ns, destination(r), r.Via, dev)
		n.More = words.Text{
			En: "The destination address of the packet stays; only its frame is sent to the router's MAC. Replies need " +
				"a route of its own.",
			ZhTW: "封包的目的位址不變，只有訊框會送到路由器的 MAC。回程需要另外一條路由。",
		}
	}
	if op.Replace {
		n.Kernel = message("RTM_NEWROUTE", "NLM_F_CREATE|NLM_F_REPLACE", "%s", routeDetails(r))
		n.Brief.En += " It replaces a route to the same destination."
		n.Brief.ZhTW += "到同一目的地的路由會被取代。"
	}
	return n
}

func delRoute(op plan.DelRoute) Note {
	return Note{
		Topic: "route del",
		Brief: words.Text{En: "Deletes the route to %[2]s from %[1]s.", ZhTW: "從 %[1]s 刪除到 %[2]s 的路由。"}.With(namespace(op.Namespace), destination(op.Route)),
		More: words.Text{
			En:   "Packets there take the next best matching route; without one sending fails at once: Network is unreachable.",
			ZhTW: "往那裡的封包會改走次佳的路由；如果沒有，就會立刻失敗：Network is unreachable。",
		},
		Kernel: message("RTM_DELROUTE", "", "%s", routeDetails(op.Route)),
		Look:   lookAtRoutes(op.Namespace, op.Route),
	}
}

func destination(r state.Route) words.Text {
	if r.To.Bits() == 0 {
		return words.Text{En: "all other destinations", ZhTW: "其他所有目的地"}
	}
	return words.Both(r.To.String())
}

func routeDetails(r state.Route) string {
	s := ""
	if r.To.Bits() > 0 {
		s = fmt.Sprintf("RTA_DST %s, rtm_dst_len %d, ", r.To.Addr(), r.To.Bits())
	}
	if r.Via.IsValid() {
		s += fmt.Sprintf("RTA_GATEWAY %s, ", r.Via)
	}
	if r.Metric != 0 {
		s += fmt.Sprintf("RTA_PRIORITY %d, ", r.Metric)
	}
	if r.Dev != "" {
		s += "RTA_OIF the index of " + r.Dev + ", "
	}
	return s + "rtm_table RT_TABLE_MAIN"
}

// lookAtRoutes returns the command that shows the routes of r's family.
func lookAtRoutes(namespace string, r state.Route) Look {
	if r.To.Addr().Is6() {
		return Look{namespace, "ip", []string{"-6", "route", "show"}}
	}
	return Look{namespace, "ip", []string{"route", "show"}}
}
