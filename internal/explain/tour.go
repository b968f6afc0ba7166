package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

// A Step is an Op of a plan and what is to be said of it, as far as it has not
// been said of those before.
type Step struct {
	Op    plan.Op
	Notes []Note // More is empty where it has been said
	New   bool   // something of it is met for the first time
}

// Tour explains a plan, each kind of step in full when it is first met and in
// brief from then on.
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
