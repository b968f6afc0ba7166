package vethlab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a network of namespaces, running or not.
type Lab struct {
	name     string
	compiled atomic.Pointer[description] // nil: found running, its description is not known
	up       atomic.Bool                 // as described: this Lab has made it and not removed it
	events   []func(Event)
	step     func(done int) // tests stop here
	idle     idlers
	why      error // why there is no description
}

// A description is a lab of which everything is known.
type description struct {
	*compile.Lab
	directory func() *directory
}

// describe fills in what a description leaves out.
func describe(name string, t *topo.Topology) (*description, error) {
	c, err := compile.CompileAs(name, t)
	if err != nil {
		return nil, err
	}
	return &description{c, sync.OnceValue(func() *directory { return newDirectory(c.State) })}, nil
}

// ErrNotRunning says that no namespace of a lab is there.
var ErrNotRunning = errors.New("not running")

// New prepares a lab. Nothing is made yet. The error names all mistakes of the
// description.
func New(t *topo.Topology) (*Lab, error) { return NewAs(t.Name, t) }

// NewAs is [New] for a lab that is to run under another name than its
// description has, so that several labs of one description can be up at the same
// time. Its namespaces are called name.node; inside, such labs are all alike,
// with the same addresses and MACs.
func NewAs(name string, t *topo.Topology) (*Lab, error) {
	d, err := describe(name, t)
	if err != nil {
		return nil, err
	}
	l := &Lab{name: name}
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
	if !slices.ContainsFunc(infos, func(i Info) bool { return i.Name == name }) {
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

// recorded returns the description that a running lab was last brought up by.
func recorded(name string) (*description, error) {
	r, err := readRecord(name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fmt.Errorf("there is no record of how lab %s was brought up", name)
	}
	return describe(name, r.Topology)
}

// Unknown says why the description of a lab that was found running is not known; nil
// if it is.
func (l *Lab) Unknown() error {
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

// An Event says what a lab is doing, for people who wait.
type Event struct {
	Kind EventKind
	Text string // one line
}

// EventKind sorts events.
type EventKind string

// The kinds of event.
const (
	EventWait  EventKind = "wait"  // another program has the lab
	EventLimit EventKind = "limit" // a limit of the machine was raised, or should be
	EventEnd   EventKind = "end"   // processes inside are ended
	EventHost  EventKind = "host"  // a link to the host does not reach the machine

	EventRecord EventKind = "record" // what was wanted of the lab before is not known

	EventChange EventKind = "change" // something was changed as asked for
	EventStray  EventKind = "stray"  // code of a [Node.Do] runs outside of the node
)

// Notify makes the lab tell what it does by calling fn, on any goroutine. It is
// to be called before the lab is used.
func (l *Lab) Notify(fn func(Event)) { l.events = append(l.events, fn) }

func (l *Lab) tell(kind EventKind, format string, args ...any) {
	for _, fn := range l.events {
		fn(Event{kind, fmt.Sprintf(format, args...)})
	}
}

// State returns what is there of the lab.
func (l *Lab) State() (*kernel.View, error) {
	return kernel.Observe(l.name, l.wanted(), l.record().state())
}

// record returns what was last wanted of the lab; nil if that is not known.
func (l *Lab) record() *record {
	r, err := readRecord(l.name)
	if err != nil {
		l.tell(EventRecord, "%v: what was wanted of the lab before is not known, and stays as it is", err)
	}
	return r
}

// wanted returns what the description asks for, or nil if there is none.
func (l *Lab) wanted() *state.State {
	if c := l.compiled.Load(); c != nil {
		return c.State
	}
	return nil
}

// Plan returns what [Lab.Up] would change now.
func (l *Lab) Plan() (*Change, error) {
	change, _, err := l.plan()
	return change, err
}

// PlanNew returns what Up would do where nothing of the lab is there. It does
// not look at the kernel.
func (l *Lab) PlanNew() *Change {
	return &Change{lab: l, Plan: plan.Diff(state.New(), l.wanted())}
}

func (l *Lab) plan() (*Change, *state.State, error) {
	if l.wanted() == nil {
		return nil, nil, l.unknown()
	}
	view, err := l.State()
	if err != nil {
		return nil, nil, err
	}
	return &Change{lab: l, Plan: plan.Diff(view.State, l.wanted())}, view.State, nil
}

// Up makes the kernel agree with the description and returns what it changed.
// On a running lab this is the smallest change that does; what is right is not
// touched. It returns when all links work. If it fails, what was done stays:
// Up again goes on from there, Down removes it.
func (l *Lab) Up(ctx context.Context) (*Change, error) {
	if l.compiled.Load() == nil {
		return nil, l.unknown()
	}
	return l.converge(ctx, nil)
}

// Apply gives the lab a new description and makes the kernel agree with it, as
// Up does: an edit of a running lab, of any size. The name of the description
// does not count: lab and description keep theirs. Where nothing could be changed
// at all, the old description stays.
func (l *Lab) Apply(ctx context.Context, t *topo.Topology) (*Change, error) {
	named := *t
	named.Name = l.name
	if old := l.Topology(); old != nil {
		named.Name = old.Name
	}
	d, err := describe(l.name, &named)
	if err != nil {
		return nil, err
	}
	return l.converge(ctx, d)
}

// unknown says that a lab can't be changed.
func (l *Lab) unknown() error {
	return fmt.Errorf("the description of lab %s is not known: %w", l.name, l.why)
}

// converge makes the kernel agree with a description, which becomes the lab's;
// nil: the one that it has.
func (l *Lab) converge(ctx context.Context, d *description) (*Change, error) {
	lock, err := l.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	old := l.compiled.Load()
	if d != nil {
		l.compiled.Store(d)
	}
	change, seen, err := l.prepare()
	if err != nil {
		l.compiled.Store(old)
		if seen != nil && len(seen.Namespaces) == 0 {
			err = errors.Join(err, lock.Retire()) // nothing was made
		}
		return nil, err
	}
	record := newRecord(l.compiled.Load(), l.record())
	if err := record.write(lock); err != nil {
		return nil, err
	}
	if !change.Empty() {
		l.up.Store(false)
		if err := l.make(ctx, lock, change, seen); err != nil {
			return change, err
		}
	}
	if len(record.Undo) > 0 { // it is undone
		record.Undo = nil
		if err := record.write(lock); err != nil {
			return change, err
		}
	}
	l.up.Store(true)
	return change, nil
}

// make carries a change out and waits until all links work.
func (l *Lab) make(ctx context.Context, lock *sandbox.Lock, change *Change, seen *state.State) error {
	room := l.makeRoom(lock)
	l.tellHost()
	l.tell(EventChange, "lab %s: %s", l.name, words.Plural(len(change.Plan), "change"))
	if err := kernel.Apply(ctx, change.Plan, seen, kernel.Options{Step: l.step}); err != nil {
		return l.explain(err)
	}
	// A node that is to go lives on without its name where a socket or a process
	// holds it, and with it the other ends of its cables, in nodes that stay.
	if change.removesNodes() {
		rest, seen, err := l.plan()
		if err != nil {
			return err
		}
		if err := kernel.Apply(ctx, rest.Plan, seen, kernel.Options{}); err != nil {
			return l.explain(err)
		}
	}
	if !room {
		if err := kernel.Introduce(l.wanted()); err != nil {
			return fmt.Errorf("make neighbours known to each other: %w", err)
		}
	}
	return l.settle(ctx)
}

// prepare finds out what Up has to do and whether it may. The State is what is
// there now, nil if that is not known.
func (l *Lab) prepare() (*Change, *state.State, error) {
	if err := l.clearLeftovers(); err != nil {
		return nil, nil, err
	}
	change, seen, err := l.plan()
	if err != nil {
		return nil, nil, err
	}
	return change, seen, errors.Join(
		l.checkNames(change.Plan), l.checkHost(change.Plan), l.checkHostLinks(change.Plan, seen))
}

// settleTime bounds the wait for links. They take 10 ms as a rule. Where the
// kernel leaves them to its own worker (before 6.8) a thousand take seconds.
const settleTime = 20 * time.Second

func (l *Lab) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	return kernel.Settle(ctx, l.wanted())
}

func (l *Lab) acquire(ctx context.Context) (*sandbox.Lock, error) {
	return sandbox.Acquire(ctx, l.name, func(owner string) {
		l.tell(EventWait, "lab %s is being changed by %s: waiting", l.name, owner)
	})
}

// maxListed is how many things a message lists.
const maxListed = 8

// endGrace is how long processes inside a lab have to end by themselves.
const endGrace = 2 * time.Second

// Down removes the lab and returns when the kernel is clean again. Processes
// inside are ended. It is no error if nothing is there.
func (l *Lab) Down(ctx context.Context) error {
	return l.remove(ctx, func(names []string) error {
		held, err := kernel.Remove(ctx, names)
		if err == nil && len(held) > 0 {
			l.tell(EventEnd, "still held by a process or an open descriptor and gone when let go: %s", words.List(held, maxListed))
		}
		return err
	})
}

// Drop removes the lab as Down does, but does not wait until the kernel has
// cleaned up behind it, which takes some hundredths of a second. All names are
// free at once, but for links in the machine's own namespace.
func (l *Lab) Drop(ctx context.Context) error {
	return l.remove(ctx, func(names []string) error { return netns.Remove(names...) })
}

// remove removes the lab, and take its namespaces.
func (l *Lab) remove(ctx context.Context, take func(names []string) error) error {
	lock, err := l.acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	l.up.Store(false)
	l.idle.close()
	names, err := l.namespaces()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		if err := l.endProcesses(names); err != nil {
			return err
		}
		if err := take(names); err != nil {
			return err
		}
		l.tell(EventChange, "lab %s is gone", l.name)
	}
	return errors.Join(kernel.RemoveLinks(l.name), l.clearLeftovers(), lock.Retire())
}

// namespaces returns the names of the lab's living namespaces.
func (l *Lab) namespaces() ([]string, error) {
	marks, err := kernel.Labs()
	if err != nil {
		return nil, err
	}
	var names []string
	for name, mark := range marks {
		if mark.Lab == l.name {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, state.CompareNames)
	return names, nil
}

func (l *Lab) endProcesses(names []string) error {
	processes, err := netns.Processes(names...)
	if err != nil || len(processes) == 0 {
		return err
	}
	ours := netns.Ancestors()
	processes = slices.DeleteFunc(processes, func(p netns.Process) bool { return ours[p.PID] })
	var list []string
	for _, p := range processes {
		list = append(list, p.String())
	}
	if len(list) > 0 {
		l.tell(EventEnd, "ending %s", words.List(list, maxListed))
	}
	netns.End(processes, endGrace)
	return nil
}

// clearLeftovers removes the files of namespaces that a crash left half made.
func (l *Lab) clearLeftovers() error {
	left, err := netns.Leftovers()
	if err != nil {
		return err
	}
	var names []string
	for name, content := range left {
		if mark, ok := state.ParseMark(content); ok && mark.Lab == l.name {
			names = append(names, name)
		}
	}
	return netns.Remove(names...)
}

// checkNames says which namespaces to be made have names that are taken by
// somebody else.
func (l *Lab) checkNames(p plan.Plan) error {
	var errs []error
	for _, op := range p {
		name := op.At().Namespace
		if makes, _ := plan.AboutNamespace(op); makes && netns.Taken(name) {
			errs = append(errs, fmt.Errorf("%s/%s is there already and not of lab %s, so it is left alone: "+
				"give the lab another prefix or name", netns.Dir, name, l.name))
		}
	}
	return errors.Join(errs...)
}
