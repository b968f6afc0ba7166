package iproute2

import (
	"github.com/vethlab/vethlab/internal/iproute2/argv"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// words are the words of a command, with the options parsed so far.
type words struct {
	argv.Words

	namespace string      // in which the command runs
	family    plan.Family // -4, -6
	skipped   []string    // options that no Op holds, with their values
}

type verb = argv.Verb

// at returns a link in the namespace of the command.
func (w *words) at(link string) state.Endpoint {
	return state.Endpoint{Namespace: w.namespace, Link: link}
}
