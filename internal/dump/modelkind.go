package dump

import "github.com/vethlab/vethlab/internal/state"

// modelKinds has one row per kind of link that has attributes besides its peer or lower
// device, or other flags than an Ethernet link.
var modelKinds = map[string]func(state.Kind, *Link){
	state.Loopback{}.Kind(): showKind(func(_ state.Loopback, d *Link) {
		d.Kind, d.Type, d.Flags, d.Broadcast = "", arphrdLoopback, Loopback, make(HWAddr, 6)
	}),
	state.Dummy{}.Kind():   showKind(func(_ state.Dummy, d *Link) { d.Flags = Broadcast | NoARP }),
	state.Macvlan{}.Kind(): showKind(func(m state.Macvlan, d *Link) { d.Info = modelMacvlan(m) }),
	state.Bridge{}.Kind(): showKind(func(b state.Bridge, d *Link) {
		d.Info = Bridge{
			STP: b.STP, ForwardDelay: b.ForwardDelay, HelloTime: state.DefaultHelloTime, MaxAge: state.DefaultMaxAge,
			AgeingTime: state.DefaultAgeingTime, Priority: state.DefaultBridgePriority,
		}
	}),
}

func modelMacvlan(m state.Macvlan) Macvlan {
	length := state.DefaultBCQueueLen
	return Macvlan{Mode: m.Mode, BCQueueLen: &length, BCQueueLenUsed: &length}
}

// showKind adapts a function for one type of Kind to a row.
func showKind[K state.Kind](show func(K, *Link)) func(state.Kind, *Link) {
	return func(k state.Kind, d *Link) {
		kind, _ := state.As[K](k)
		show(kind, d)
	}
}

// kind fills in the attributes of a link's kind.
func (m *model) kind(l *state.Link, d *Link) {
	d.Kind = l.KindName()
	target, ok := l.Peer() // of IFLA_LINK
	if lower := l.Kind.Lower(); len(lower) > 0 {
		target, ok = lower[0], true
	}
	if ok {
		d.Parent, d.ParentNetns = m.indexes(target.Namespace)[target.Link], m.id(target.Namespace)
	}
	if show := modelKinds[l.KindName()]; show != nil {
		show(l.Kind, d)
	}
}
