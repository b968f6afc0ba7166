package compile

import (
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// Every kind of interface in a file compiles to the kernel's kind of the same name.
func TestKinds(t *testing.T) {
	for _, k := range topo.LinkKinds() {
		row, ok := kinds[k.Word()]
		if !ok {
			t.Errorf("kinds has no row for %s", k.Word())
			continue
		}
		i := &iface{WiredInterface: &topo.WiredInterface{Kind: k}}
		if got := row.state(nil, i).Kind(); got != k.Word() {
			t.Errorf("%s becomes a link of kind %s", k.Word(), got)
		}
	}
}
