package compile

import (
	"time"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// bridge returns the settings of a bridge. Without a spanning tree no port has to
// wait.
func bridge(_ *compiler, i *iface) state.Kind {
	b := i.Kind.(*topo.Bridge)
	switch {
	case !b.STP:
		return state.Bridge{}
	case b.ForwardDelay == 0:
		return state.Bridge{STP: true, ForwardDelay: state.DefaultForwardDelay}
	}
	return state.Bridge{STP: true, ForwardDelay: int(time.Duration(b.ForwardDelay) / (10 * time.Millisecond))}
}
