package kernel

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/xtables"
)

// Options change how a plan is applied. The zero value is the fastest.
type Options struct {
	// Step, if not nil, is called after each step with the number of Ops done
	// so far. Steps are then as small as possible, and made one after the other.
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

// A Snapshot is the observed State of a lab.
type Snapshot struct {
	State *state.State

	// Runtime has the condition of each link, which no plan decides.
	Runtime map[state.Endpoint]Runtime

	// Learned are the neighbour entries that are not permanent, by namespace, of the
	// namespaces of which the neighbour table was read. The MAC is zero where the kernel
	// looks for the neighbour, or has found none.
	Learned map[string]state.Neighbours

	// Locals are the destinations of routes of type local that are not addresses of the
	// namespace, by namespace: it answers itself what it sends there.
	Locals map[string][]netip.Prefix

	// Extras is what namespaces have that no State has. It is empty unless asked for, and
	// for the host namespace.
	Extras map[string]Extra

	// Others are what others have added to the lab's links in the host namespace.
	Others Others
}

// Others are routes and permanent neighbour entries without the mark of a lab, and addresses
// that the lab neither wants nor wanted before.
type Others struct {
	Routes     state.Routes
	Neighbours state.Neighbours
	Addresses  []OtherAddress
}

// An OtherAddress is an address of a link in the host namespace.
type OtherAddress struct {
	Dev     string
	Address netip.Prefix
}

// A HostRoute is a route in the main table of the host namespace.
type HostRoute struct {
	state.Route
	Protocol, Type uint8 // RTPROT_*, RTN_*
}

// Runtime is the condition of a link.
type Runtime struct {
	Carrier bool   // IFF_LOWER_UP
	State   string // as [dump.Link.State]
	NoARP   bool   // IFF_NOARP

	// Port has the options of a bridge port, and UsualPort those that it has if nobody
	// configures them; nil if the link is not a bridge port.
	Port, UsualPort *dump.Port
}

// An Extra is what somebody gave a namespace that no State has.
type Extra struct {
	Rules   []dump.Rule     // all of the namespace, also those of a new one
	Routes  map[uint32]int  // how many a table has that was not there in a new namespace; nil if no rule leads to one
	Xtables []xtables.Table // see [Xtables]

	Policies []Policy        // of xfrm
	Qdiscs   []dump.Qdisc    // those that somebody added
	FDB      []dump.FDBEntry // likewise, of bridges
	Settings []dump.Setting  // those of blocking sysctls that are not wanted
}

// A Policy is an xfrm policy: what the kernel does with packets that it selects.
type Policy struct {
	Direction string // "in", "out", "fwd"
	From, To  netip.Prefix
	Block     bool // it drops them; else it transforms or allows them
}

// An UnsettledError has the links that were not ready in time.
type UnsettledError struct{ Links []Unready }

// An Unready link can't pass packets yet.
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

// An Egress is the link by which the host namespace sends packets to an address.
type Egress struct {
	Dev string
	Lab string // the lab whose link it is; "": none
}

// A Peer is the peer of a veth.
type Peer struct {
	Namespace string     `json:"namespace"`
	Mark      state.Mark `json:"mark,omitzero"` // of the namespace
	Link      string     `json:"interface"`
}
