package topo

import (
	"regexp"
	"strings"
)

// AllNodes is the reserved word for all hosts and routers that have addresses.
const AllNodes = "all"

// A Test says of a lab who must, or must not, reach whom,
// by what, and how well. Or it is a command that must succeed inside nodes;
// then it has Run, and of the rest only Name, On, Exit, Stdout, Timeout and
// RetryFor.
type Test struct {
	Name string `json:"name,omitempty"` // for the report; default: what the test asks

	// From and To are who asks and who is asked: names of nodes and groups,
	// [AllNodes], [HostNode]; in To also "node:interface" and addresses. Each
	// of From asks each of To, except for itself. A group stands for its hosts
	// and routers. To may be left out where the URL of Via names it.
	From []string `json:"from,omitempty"`
	To   []string `json:"to,omitempty"`

	// Matrix asks each node of To at every address it has, instead of at the
	// first of each family. From and To default to AllNodes then.
	Matrix bool `json:"matrix,omitempty"`

	Via    Via    `json:"via,omitzero"`     // default: ICMP echo
	Expect Expect `json:"expect,omitempty"` // default: Reachable

	// How well who is reachable must be reached. The zero values ask for
	// nothing. MTU and Path are found out by ICMP echo, whatever Via is.
	Within     Duration       `json:"within,omitempty"`    // the median round trip, at most
	Loss       Bound[Percent] `json:"loss,omitzero"`       // of Count questions
	MTU        int            `json:"mtu,omitempty"`       // of the path, in bytes
	Throughput Bound[Rate]    `json:"throughput,omitzero"` // by UDP if Via is, else by TCP

	// Path is the nodes that packets pass on their way, without From and To.
	// Nil asks for nothing; empty but not nil means: there are none.
	Path []string `json:"path,omitzero"`

	Count    int      `json:"count,omitempty"`     // questions to each address; default 1, with Within 5, with Loss 100
	Timeout  Duration `json:"timeout,omitempty"`   // how long silence is waited for; default 1 s, with Run 10 s
	RetryFor Duration `json:"retry_for,omitempty"` // how long a test that failed is tried again; default: not at all

	// Serve says whether vethlab itself listens for the length of the test
	// where nothing listens on the port of Via, but never on the machine
	// itself. Default: it does, unless Expect is Refused.
	Serve *bool `json:"serve,omitempty"`

	// Run is a command: one element is a line for sh -c, several are a program
	// and its arguments.
	Run    []string `json:"run,omitempty"`
	On     []string `json:"on,omitempty"`     // where: nodes, groups, AllNodes, HostNode
	Exit   int      `json:"exit,omitempty"`   // the exit code that is expected; default 0
	Stdout string   `json:"stdout,omitempty"` // what the output contains, or "/regular expression/"

	Pos Pos `json:"-"`
}

// Expect is the outcome that a test asks for.
type Expect string

// The outcomes. The empty Expect means Reachable.
const (
	// Reachable: an answer comes back.
	Reachable Expect = "reachable"
	// Unreachable: what is sent does not arrive. It is lost, knows no way on, or
	// is rejected on the way.
	Unreachable Expect = "unreachable"
	// Refused: somebody says no. Nothing listens on the port, or a filter
	// rejects what is sent.
	Refused Expect = "refused"
)

// Outcome returns Expect with its default.
func (t *Test) Outcome() Expect {
	if t.Expect == "" {
		return Reachable
	}
	return t.Expect
}

// Protocol returns the protocol of Via with its default.
func (t *Test) Protocol() Protocol {
	if t.Via.Protocol == "" {
		return ICMP
	}
	return t.Via.Protocol
}

// Serves reports whether vethlab listens where nothing else does.
func (t *Test) Serves() bool {
	if !t.Protocol().hasListener() {
		return false
	}
	if t.Serve != nil {
		return *t.Serve
	}
	return t.Outcome() != Refused
}

// Targets returns To with its default: the host that the URL of Via names, and
// all nodes in a matrix.
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

// Sources returns From with its default: all nodes in a matrix.
func (t *Test) Sources() []string {
	if len(t.From) == 0 && t.Matrix {
		return []string{AllNodes}
	}
	return t.From
}

// StdoutPattern returns what the output of Run must match: Stdout stands for
// itself, whether or not a line ends behind it, or between slashes for a regular
// expression in which ^ and $ are the ends of lines.
func (t *Test) StdoutPattern() (*regexp.Regexp, error) {
	last := len(t.Stdout) - 1
	if last < 2 || t.Stdout[0] != '/' || t.Stdout[last] != '/' {
		return regexp.Compile(regexp.QuoteMeta(strings.TrimRight(t.Stdout, "\n")))
	}
	expr := t.Stdout[1:last]
	if _, err := regexp.Compile(expr); err != nil {
		return nil, err // in which the flag is not quoted
	}
	return regexp.Compile("(?m)" + expr)
}

// A testKey is a key of a test in a file.
type testKey string

// keys returns the keys that a test has something to say by, in the order of
// the reference.
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
