package explain

import "github.com/vethlab/vethlab/internal/plan"

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
			if met[n.Topic] {
				n.More = Note{}.More
				continue
			}
			met[n.Topic] = true
			s.New = true
		}
		steps = append(steps, s)
	}
	return steps
}
