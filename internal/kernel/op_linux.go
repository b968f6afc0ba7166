package kernel

import "github.com/vethlab/vethlab/internal/plan"

// An opRow is how a type of Op is applied to the kernel.
type opRow struct {
	phase phase

	// encode writes its messages. Nil: it takes no message, see [applier.run].
	encode func(*encoder, plan.Op) error
}

// opRows has one row per type of Op.
var opRows = plan.NewTable(
	plan.RowOf[plan.AddNamespace](opRow{phase: phaseCreate}),
	plan.RowOf[plan.DelNamespace](opRow{phase: phaseRemove}),
	encode(phaseConnect, (*encoder).addVeth),
	encode(phaseConfigure, (*encoder).addLink),
	encode(phaseDisconnect, (*encoder).delLink),
	encode(phaseMove, (*encoder).moveLink),
	encode(phaseConfigure, (*encoder).setKind),
	encode(phaseConfigure, (*encoder).setLink),
	encode(phaseConfigure, (*encoder).addAddress),
	encode(phaseConfigure, (*encoder).delAddress),
	encode(phaseConfigure, (*encoder).flushAddresses),
	encode(phaseConfigure, (*encoder).promoteSecondaries),
	encode(phaseConfigure, (*encoder).addRoute),
	encode(phaseConfigure, (*encoder).delRoute),
	encode(phaseConfigure, (*encoder).addNeighbour),
	encode(phaseConfigure, (*encoder).delNeighbour),
	encode(phaseConfigure, (*encoder).setSysctl),
	encode(phaseConfigure, (*encoder).nft),
)

// encode returns the row of a type of Op that is applied by messages.
func encode[O plan.Op](p phase, write func(*encoder, O) error) plan.Row[opRow] {
	return plan.RowOf[O](opRow{p, func(e *encoder, op plan.Op) error { return write(e, op.(O)) }})
}
