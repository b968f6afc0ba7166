package topo

import (
	"regexp"
	"strings"
)

// AllNodes is the reserved name of all hosts and routers that have addresses.
const AllNodes = "all"

// A Test states which nodes must, or must not, reach which targets, by which protocol,
// and how fast. Or it is a command that must succeed inside nodes; then it has Run, and
// no other fields than Name, On, Exit, Stdout, Timeout and RetryFor.
type Test struct {
	Name string `json:"name,omitempty"` // for the report; default: a summary of the other fields

	// From and To are sources and targets: names of nodes and groups, [AllNodes],
	// [HostNode]; To may also have "node:interface" and addresses. Each source
	// probes each target, except for itself. A group stands for its hosts and
	// routers. To may be left out if the URL of Via names the target.
	From []string `json:"from,omitempty"`
	To   []string `json:"to,omitempty"`

	// Matrix probes every address of each node of To, instead of the first of each
	// family. It changes the default of From and To to AllNodes.
	Matrix bool `json:"matrix,omitempty"`

	Via    Via    `json:"via,omitzero"`     // default: ICMP echo
	Expect Expect `json:"expect,omitempty"` // default: Reachable

	// Limits for reachable targets. The zero values are no limits. MTU and Path are
	// measured by ICMP echo, whatever Via is.
	Within     Duration       `json:"within,omitempty"`    // maximum of the median round-trip time
	Loss       Bound[Percent] `json:"loss,omitzero"`       // of Count probes
	MTU        int            `json:"mtu,omitempty"`       // of the path, in bytes
	Throughput Bound[Rate]    `json:"throughput,omitzero"` // by UDP if Via is, else by TCP

	// Path is the list of hops between From and To. Nil means any path; empty but not
	// nil means no hops.
	Path []string `json:"path,omitzero"`

	Count    int      `json:"count,omitempty"`     // probes of each address; default 1, with Within 5, with Loss 100
	Timeout  Duration `json:"timeout,omitempty"`   // of one probe or of Run; default 1 s, with Run 10 s
	RetryFor Duration `json:"retry_for,omitempty"` // how long a failed test is repeated; default 0

	// Serve says whether vethlab itself listens during the test if nothing else
	// listens on the port of Via, but never in the host namespace. Default: true,
	// unless Expect is Refused.
	Serve *bool `json:"serve,omitempty"`

	// Run is a command: one element is a line for sh -c, several are a program
	// and its arguments.
	Run    []string `json:"run,omitempty"`
	On     []string `json:"on,omitempty"`     // nodes to run it in: names, groups, AllNodes, HostNode
	Exit   int      `json:"exit,omitempty"`   // the expected exit code; default 0
	Stdout string   `json:"stdout,omitempty"` // a part of the expected output, or "/regular expression/"

	Pos Pos `json:"-"`
}

// Expect is the expected outcome of a test.
type Expect string

// The outcomes. The empty Expect means Reachable.
const (
	// Reachable: an answer comes back.
	Reachable Expect = "reachable"
	// Unreachable: packets do not arrive. They are lost, have no route, or are rejected
	// by a hop.
	Unreachable Expect = "unreachable"
	// Refused: the target or a packet filter rejects the probe, for example since
	// nothing listens on the port.
	Refused Expect = "refused"
)

// Outcome returns Expect or its default.
func (t *Test) Outcome() Expect {
	if t.Expect == "" {
		return Reachable
	}
	return t.Expect
}

// Protocol returns the protocol of Via or its default.
func (t *Test) Protocol() Protocol {
	if t.Via.Protocol == "" {
		return ICMP
	}
	return t.Via.Protocol
}

// Serves returns Serve or its default.
func (t *Test) Serves() bool {
	if !t.Protocol().hasListener() {
		return false
	}
	if t.Serve != nil {
		return *t.Serve
	}
	return t.Outcome() != Refused
}

// Targets returns To or its default: the host in the URL of Via, or all nodes in a
// matrix.
func (t *Test) Targets() []string {
	switch {
	case len(t.To) > 0:
		return t.To
	case t.Via.Host != "":
		return []string{t.Via.Host}
	case t.Matrix:
		return []string{AllNodes}
	}
	return nil
}

// Sources returns From or its default: all nodes in a matrix.
func (t *Test) Sources() []string {
	if len(t.From) == 0 && t.Matrix {
		return []string{AllNodes}
	}
	return t.From
}

// StdoutPattern returns what the output of Run must match: Stdout as literal text,
// without final newlines, or between slashes a regular expression in which ^ and $
// match at line ends.
func (t *Test) StdoutPattern() (*regexp.Regexp, error) {
	last := len(t.Stdout) - 1
	if last < 2 || t.Stdout[0] != '/' || t.Stdout[last] != '/' {
		return regexp.Compile(regexp.QuoteMeta(strings.TrimRight(t.Stdout, "\n")))
	}
	expr := t.Stdout[1:last]
	if _, err := regexp.Compile(expr); err != nil {
		return nil, err // without the flag in its text
	}
	return regexp.Compile("(?m)" + expr)
}

// A testKey is a key of a test in a file.
type testKey string

// keys returns the keys that a test sets, in the order of docs/file.md.
func (t *Test) keys() []testKey {
	var keys []testKey
	for _, k := range []struct {
		key   testKey
		given bool
	}{
		{"name", t.Name != ""},
		{"from", t.From != nil},
		{"to", t.To != nil},
		{"matrix", t.Matrix},
		{"via", t.Via != Via{}},
		{"expect", t.Expect != ""},
		{"within", t.Within != 0},
		{"loss", t.Loss.IsSet()},
		{"mtu", t.MTU != 0},
		{"throughput", t.Throughput.IsSet()},
		{"path", t.Path != nil},
		{"count", t.Count != 0},
		{"timeout", t.Timeout != 0},
		{"retry_for", t.RetryFor != 0},
		{"serve", t.Serve != nil},
		{"run", t.Run != nil},
		{"on", t.On != nil},
		{"exit", t.Exit != 0},
		{"stdout", t.Stdout != ""},
	} {
		if k.given {
			keys = append(keys, k.key)
		}
	}
	return keys
}
