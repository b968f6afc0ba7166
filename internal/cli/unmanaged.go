package cli

import "github.com/vethlab/vethlab"

// maxUnmanaged is how many lines say what up leaves as it is.
const maxUnmanaged = 10

// reportUnmanaged reports what the nodes have that vethlab did not set and leaves as it is.
func (p *program) reportUnmanaged(change *vethlab.Plan) {
	list := change.Unmanaged()
	for _, u := range list[:min(len(list), maxUnmanaged)] {
		p.out.notice("%s has %s, which vethlab did not set and leaves as they are: %s", u.Node, u.What, u.Detail)
	}
	if more := len(list) - maxUnmanaged; more > 0 {
		p.out.notice("and %d more; vethlab show NODE shows what a node has", more)
	}
}
