package vethlab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/record"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a network of namespaces, running or not.
type Lab struct {
	name       string
	compiled   atomic.Pointer[description] // nil: unknown
	up         atomic.Bool                 // this Lab has made it and not removed it
	events     []func(Event)
	step       func(done int) // for tests: called after each step
	transports transports
	why        error // why the description is unknown

	badRecord atomic.Bool // an event has said that the record cannot be read
}

// A description is a compiled topology.
type description struct {
	*compile.Lab
	hosts func() *hosts.Table
}

// describe compiles a topology.
func describe(name string, t *topo.Topology) (*description, error) {
	return describeChecked(t.CheckAs(name))
}

func describeChecked(checked *topo.Checked) (*description, error) {
	c, err := compile.CompileChecked(checked)
	if err != nil {
		return nil, err
	}
	hasNode := slices.ContainsFunc(c.Nodes, func(n compile.Node) bool {
		return n.Name != topo.HostNode || len(n.Interfaces) > 0
	})
	if !hasNode {
		return nil, topo.Errors{{Pos: c.Topology.Pos, Msg: "the lab has no nodes", Hint: "the shortest lab is one line: links: [[a, b]]"}}
	}
	return &description{c, sync.OnceValue(func() *hosts.Table { return hosts.NewTable(c.State) })}, nil
}

// ErrNotRunning says that a lab has no namespace.
var ErrNotRunning = errors.New("not running")

// New returns a lab without making it. The error names all mistakes of the description.
func New(t *topo.Topology) (*Lab, error) { return NewAs(t.Name, t) }

// NewAs is [New] with another name than the description's, so that several labs of one
// description can run at the same time. Their namespaces are named name.node; node
// names, addresses and MACs are the same in all of them.
func NewAs(name string, t *topo.Topology) (*Lab, error) { return NewChecked(t.CheckAs(name)) }

// NewChecked is [New] for a description that is checked already, such as that of a file:
// [topo.ParseChecked]. The error names all mistakes of the file.
func NewChecked(c *topo.Checked) (*Lab, error) {
	d, err := describeChecked(c)
	if err != nil {
		return nil, err
	}
	l := &Lab{name: d.Name}
	l.compiled.Store(d)
	return l, nil
}

// Find returns the running lab of that name, with the description that it was last
// brought up by, as far as that was recorded. Without one it can be looked at, entered
// and taken down, but not changed, unless it gets a description by [Lab.Apply]. The
// error is [ErrNotRunning] if there is none.
func Find(name string) (*Lab, error) {
	infos, err := List()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(infos, func(i LabInfo) bool { return i.Name == name }) {
		return nil, fmt.Errorf("lab %s is %w", name, ErrNotRunning)
	}
	l := &Lab{name: name}
	d, err := recorded(name)
	if err != nil {
		l.why = err
	} else {
		l.compiled.Store(d)
	}
	return l, nil
}

// recorded returns the description that a running lab was last brought up with.
func recorded(name string) (*description, error) {
	r, err := record.Read(name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, record.MissingError(name)
	}
	return describe(name, r.Topology)
}

// record returns the lab's record; nil if unknown.
func (l *Lab) record() *record.Record { return l.known(record.Read(l.name)) }

// known returns a record that was read, and reports why it cannot be; nil if unknown.
func (l *Lab) known(r *record.Record, err error) *record.Record {
	if err != nil {
		l.notifyRecord(err)
	}
	return r
}

// notifyRecord reports, once, why the record of the running lab is unknown.
func (l *Lab) notifyRecord(err error) {
	if l.badRecord.CompareAndSwap(false, true) {
		l.notify(EventRecord, "%v: settings of an earlier description are not known, and stay as they are\n  vethlab up --recreate deletes them with the nodes, and creates the nodes again", err)
	}
}

// DescriptionError returns why the description of a lab that was found running is not known;
// nil if it is.
func (l *Lab) DescriptionError() error {
	if l.compiled.Load() != nil {
		return nil
	}
	return l.why
}

// Name returns the lab's name.
func (l *Lab) Name() string { return l.name }

// Topology returns the description that the lab was made from, or nil.
func (l *Lab) Topology() *topo.Topology {
	if c := l.compiled.Load(); c != nil {
		return c.Topology
	}
	return nil
}

// Checked returns the check of [Lab.Topology], or nil.
func (l *Lab) Checked() *topo.Checked {
	if c := l.compiled.Load(); c != nil {
		return c.Checked
	}
	return nil
}

// Pinned returns the description with the addresses written into it that it leaves out:
// those that the lab was last brought up with or, if it does not run, those that it would
// get. An interface that was added since is left as it is.
func (l *Lab) Pinned() (*topo.Topology, error) {
	names, err := l.namespaces()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return l.PinnedNew()
	}
	d := l.compiled.Load()
	if d == nil {
		return nil, l.unknown()
	}
	old, err := recorded(l.name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the addresses of lab %s: %w", l.name, err)
	}
	return l.pinned(d.WithPins(d.Keeping(old.Lab)))
}

// PinnedNew returns the description with the addresses written into it that a lab that
// does not run would get. It does not look at the kernel.
func (l *Lab) PinnedNew() (*topo.Topology, error) {
	d := l.compiled.Load()
	if d == nil {
		return nil, l.unknown()
	}
	return l.pinned(d.WithPins(d.Pins()))
}

// pinned returns a description unless it has mistakes.
func (l *Lab) pinned(t *topo.Topology) (*topo.Topology, error) {
	if _, err := describe(l.name, t); err != nil {
		return nil, err
	}
	return t, nil
}

// wanted returns the described state, or nil if the description is unknown.
func (l *Lab) wanted() *state.State {
	if c := l.compiled.Load(); c != nil {
		return c.State
	}
	return nil
}

// unknown returns the error for changes of a lab whose description is unknown.
func (l *Lab) unknown() error {
	return fmt.Errorf("the description of lab %s is not known: %w", l.name, l.why)
}

func (l *Lab) acquire(ctx context.Context) (*sandbox.Lock, error) {
	return sandbox.Acquire(ctx, l.name, func(locked, owner string) {
		l.notify(EventWait, "%s is being changed by %s: waiting", locked, owner)
	})
}

// maxListed is how many things a message lists.
const maxListed = 8

// hosts returns the addresses of the nodes: those described or, if the description
// is not known, those that the kernel has.
func (l *Lab) hosts() (*hosts.Table, error) {
	if d := l.compiled.Load(); d != nil {
		return d.hosts(), nil
	}
	view, err := l.view()
	if err != nil {
		return nil, err
	}
	return hosts.NewTable(view.State), nil
}
