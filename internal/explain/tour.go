package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

// A Step is an Op of a plan with its notes.
type Step struct {
	Op    plan.Op
	Notes []Note // More is empty if an earlier step has it
	New   bool   // a topic occurs for the first time
}

// Tour explains a plan: each topic in full the first time, then in brief.
func Tour(p plan.Plan) []Step {
	met := map[string]bool{}
	steps := make([]Step, 0, len(p))
	for _, op := range p {
		s := Step{Op: op, Notes: Notes(op)}
		for i := range s.Notes {
			n := &s.Notes[i]
			s.New = s.New || !met[n.Topic]
			if met[n.Topic] || met[n.More.En] {
				n.More = words.Text{}
			}
			met[n.Topic], met[n.More.En] = true, true
		}
		steps = append(steps, s)
	}
	return steps
}
