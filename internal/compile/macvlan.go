package compile

import (
	"cmp"

	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// macvlan returns the settings of a macvlan. The words of the modes are the kernel's.
func macvlan(_ *compiler, i *iface) state.Kind {
	m, _ := i.Kind.(*topo.Macvlan)
	return state.Macvlan{Mode: string(cmp.Or(m.Mode, topo.MacvlanBridge))}
}
