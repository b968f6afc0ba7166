package decompile

import (
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// macvlanKind is the row of macvlans in linkKinds.
var macvlanKind = linkKind{
	write: func(w *writer, ns *state.Namespace, l *state.Link, i *topo.Interface) {
		m, _ := state.As[state.Macvlan](l.Kind)
		kind := &topo.Macvlan{Link: w.lower(ns, m.On)}
		if mode := topo.MacvlanMode(m.Mode); mode != topo.MacvlanBridge {
			kind.Mode = mode
		}
		i.Kind = kind
	},
}
