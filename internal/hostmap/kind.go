package hostmap

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/state"
)

// A kind is what the map shows of a kind of link beyond its name.
type kind struct {
	// describe adds the attributes of the kind to an interface. Nil: none.
	describe func(dump.Info, *Interface)

	// what describes the kind in words. Nil: its name does.
	what func(*Interface) string
}

// kinds has one row per kind of link that differs from the zero kind.
var kinds = map[string]kind{
	"bridge":    {what: bridgeOfNetwork},
	"erspan":    tunnelKind,
	"geneve":    tunnelKind,
	"gre":       tunnelKind,
	"gretap":    tunnelKind,
	"ip6erspan": tunnelKind,
	"ip6gre":    tunnelKind,
	"ip6gretap": tunnelKind,
	"ip6tnl":    tunnelKind,
	"ipip":      tunnelKind,
	"ipvlan":    {describe: describes(func(v dump.IPVlan, i *Interface) { i.Mode = v.Mode })},
	"ipvtap":    {describe: describes(func(v dump.IPVlan, i *Interface) { i.Mode = v.Mode })},
	"macvlan":   {describe: describes(func(m dump.Macvlan, i *Interface) { i.Mode = m.Mode })},
	"macvtap":   {describe: describes(func(m dump.Macvlan, i *Interface) { i.Mode = m.Mode })},
	"sit":       tunnelKind,
	"tun":       {describe: describes(func(t dump.Tun, i *Interface) { i.Tap = t.Tap }), what: tunOrTap},
	"veth":      {what: func(*Interface) string { return "" }}, // its peer is shown
	"vlan":      {describe: describes(func(v dump.VLAN, i *Interface) { i.ID = v.ID }), what: withID},
	"vti":       tunnelKind,
	"vti6":      tunnelKind,
	"vxlan": {
		describe: describes(func(v dump.VXLAN, i *Interface) { i.ID, i.Local, i.Remote = v.ID, v.Local, v.Remote }),
		what:     withID,
	},
}

var tunnelKind = kind{describe: describes(func(t dump.Tunnel, i *Interface) { i.Local, i.Remote = t.Local, t.Remote })}

// describes adapts a function for one type of attributes to a row.
func describes[I dump.Info](add func(I, *Interface)) func(dump.Info, *Interface) {
	return func(info dump.Info, i *Interface) {
		if own, ok := info.(I); ok {
			add(own, i)
		}
	}
}

func bridgeOfNetwork(i *Interface) string {
	if i.Network == "" {
		return i.Kind
	}
	return i.Kind + " of network " + i.Network
}

func withID(i *Interface) string { return fmt.Sprintf("%s %d", i.Kind, i.ID) }

func tunOrTap(i *Interface) string {
	if i.Tap {
		return "tap"
	}
	return i.Kind
}

// forwards reports whether an interface forwards frames between its ports.
func (i *Interface) forwards() bool { return state.KindNamed(i.Kind).Traits().Forwards }
