package importer

import (
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/shell"
)

// keepFullest keeps the State before a command that deletes, if it is the largest yet.
func (d *Draft) keepFullest(c shell.Command, ops plan.Plan) {
	if !slices.ContainsFunc(ops, d.deletes) {
		return
	}
	d.exits = d.exits || d.exit != nil
	if n := size(d.state); n > 0 && n >= d.fullest.size {
		d.fullest = snapshot{len(d.applied), len(d.order), n, c.At}
	}
}

// deletes reports whether an Op deletes a namespace or link that exists.
func (d *Draft) deletes(op plan.Op) bool {
	at := op.At()
	return op.Traits().Deletes && (at.Link == "" && d.state.Namespace(at.Namespace) != nil || d.state.Link(at) != nil)
}
