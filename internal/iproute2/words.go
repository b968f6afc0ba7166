package iproute2

import (
	"github.com/vethlab/vethlab/internal/iproute2/argv"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// words are the words of a command, and what those already read say about the
// rest.
type words struct {
	argv.Words

	namespace string      // that the command is run in
	family    plan.Family // -4, -6
	skipped   []string    // options that no Op holds, with their values
}

// verb is a word that may be shortened.
type verb = argv.Verb

// at returns the place of a link in the namespace of the command.
func (w *words) at(link string) state.Endpoint {
	return state.Endpoint{Namespace: w.namespace, Link: link}
}
