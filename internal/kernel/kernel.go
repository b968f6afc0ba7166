package kernel

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Options change how a plan is applied. The zero value is the fast way.
type Options struct {
	// Step, if not nil, is called after each step with the number of Ops done
	// so far. Steps are then made one at a time and as small as can be.
	Step func(done int)
}

// An OpError says which Op of a plan failed.
type OpError struct {
	Op  plan.Op
	Err error // the kernel's reason
}

func (e *OpError) Error() string { return fmt.Sprintf("%s: %v", e.Op.At(), e.Err) }

// Unwrap returns the kernel's reason.
func (e *OpError) Unwrap() error { return e.Err }

// A Snapshot is what is there of one lab.
type Snapshot struct {
	State *state.State

	// Runtime says of each link what no plan decides.
	Runtime map[state.Endpoint]Runtime
}

// Runtime is the condition of a link.
type Runtime struct {
	Carrier   bool   // a signal from the other end
	OperState string // the kernel's word: "up", "down", "lowerlayerdown", …
}

// An UnsettledError names the links that were not ready in time.
type UnsettledError struct{ Links []Unready }

// An Unready link does not work yet.
type Unready struct {
	state.Endpoint
	Reason string // "no carrier", "fd00::1 not in use"
}

func (e *UnsettledError) Error() string {
	const most = 5
	var names []string
	for _, l := range e.Links[:min(most, len(e.Links))] {
		names = append(names, fmt.Sprintf("%s (%s)", l.Endpoint, l.Reason))
	}
	if more := len(e.Links) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return "not ready yet: " + strings.Join(names, ", ")
}

// A Egress is where the machine would send a packet.
type Egress struct {
	Dev string
	Lab string // the lab that the link is of; "": the machine's own network
}

// A Peer is the other end of a veth.
type Peer struct {
	Namespace string     `json:"namespace"`
	Mark      state.Mark `json:"mark,omitzero"` // of the namespace
	Link      string     `json:"interface"`
}
