package explain

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/words"
)

// A Step is an Op of a plan with its notes.
type Step struct {
	Op    plan.Op
	Notes []Note // More is empty if an earlier step has it
	New   bool   // it has a topic that no earlier step has
}

// Tour explains a plan. Only the first step of a topic keeps More.
func Tour(p plan.Plan) []Step {
	seen := map[string]bool{}
	steps := make([]Step, 0, len(p))
	for _, op := range p {
		s := Step{Op: op, Notes: Notes(op)}
		for i := range s.Notes {
			n := &s.Notes[i]
			s.New = s.New || !seen[n.Topic]
			if seen[n.Topic] || seen[n.More.En] {
				n.More = words.Text{}
			}
			seen[n.Topic], seen[n.More.En] = true, true
		}
		steps = append(steps, s)
	}
	return steps
}

// A Text is a step in one language.
type Text struct {
	Says   string   `json:"says"`
	Kernel []string `json:"kernel"`         // the messages to the kernel
	Look   string   `json:"look,omitempty"` // the command that shows the result
}

// Text returns the step in a language.
func (s Step) Text(lang words.Lang) Text {
	t := Text{}
	var says []string
	for _, n := range s.Notes {
		says = append(says, n.Brief.In(lang), n.More.In(lang))
		t.Kernel = append(t.Kernel, n.Kernel)
	}
	if look := s.Notes[0].Look; !look.IsZero() {
		t.Look = look.String()
	}
	t.Says = words.Sentences(lang, says...)
	return t
}
