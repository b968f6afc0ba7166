package plantest

import (
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func (d *damager) setBridge() {
	isBridge := func(l *state.Link) bool { return l.Kind.Traits().Forwards }
	if e, l := d.link(isBridge); l != nil {
		d.do(plan.SetKind{Link: e, Change: state.BridgeChange{
			STP: new(rapid.Bool().Draw(d.t, "stp")), ForwardDelay: new(state.MinForwardDelay + 100*d.number("delay")),
		}})
	}
}

func (d *damager) addBridge(e plan.VethEnd) {
	d.do(plan.AddLink{Link: e.Link, MAC: e.MAC, Kind: state.Bridge{}})
}
