package feature

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A State is how it stands with something.
type State string

// The states.
const (
	OK      State = "ok"
	Missing State = "missing"
	Limited State = "limited" // there, and not as it could be
	Unknown State = "unknown" // it could not be tried
)

// A Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Use    string `json:"for,omitempty"`    // what it is wanted for
	Used   bool   `json:"used,omitempty"`   // by labs themselves
	Found  string `json:"found,omitempty"`  // such as a number
	Reason string `json:"reason,omitempty"` // why it is not ok
	Mend   string `json:"mend,omitempty"`   // what to do about it
	Since  string `json:"since,omitempty"`  // the first version of Linux that has it
}

// A Group is a number of checks.
type Group struct {
	Name   string  `json:"name"`
	About  string  `json:"about,omitempty"`
	Checks []Check `json:"checks"`
}

// A Report says what a machine and a user can do.
type Report struct {
	Kernel    string `json:"kernel"`
	System    string `json:"system,omitempty"`
	Container string `json:"container,omitempty"`
	User      string `json:"user"`

	CanRun   bool     `json:"can_run"`  // labs can, in one way or the other
	Root     bool     `json:"root"`     // on the machine itself
	Rootless bool     `json:"rootless"` // in sandboxes
	Verdict  []string `json:"verdict"`  // in words
	Groups   []Group  `json:"groups"`
}

// A Ground is where labs are to be made.
type Ground int

// The grounds.
const (
	Usual   Ground = iota // where this user's labs are made if nobody says otherwise
	Machine               // on the machine itself
	Sandbox               // in sandboxes
)

// Examine tries all features and looks at all limits, for labs that are made on a
// ground.
func Examine(ctx context.Context, ground Ground) *Report {
	var tools []Check
	var wg sync.WaitGroup
	wg.Go(func() { tools = local.tools(ctx) })
	boxed := ground == Sandbox || !sandbox.Privileged()
	try(All(), boxed)
	wg.Wait()
	return local.report(ground, boxed, (*Feature).known, tools)
}

// report puts together what is known; err says what trying a feature came to, in a
// sandbox if boxed is true.
func (m *machine) report(ground Ground, boxed bool, err func(*Feature) error, tools []Check) *Report {
	checks := func(features []*Feature) []Check {
		var list []Check
		for _, f := range features {
			list = append(list, f.check(m, err(f)))
		}
		return list
	}
	r := &Report{
		Kernel: m.kernel(), System: m.osRelease("PRETTY_NAME"), Container: m.container(), User: m.userName(),
		Groups: []Group{
			{"this user", "", m.self()},
			{"labs as root", "", checks([]*Feature{Root})},
			{"labs without root", "", checks([]*Feature{Rootless})},
			{"nodes", "", checks(nodes())},
			{"links", "labs are made of veth and bridge, the others are for commands of yours in a node", checks(links())},
			{"queueing", "for commands of yours in a node", checks(qdiscs())},
			{"firewall", "for rules of yours in a node", checks(firewall())},
			{"tracing", "for programs of yours", checks(tracing())},
			{"limits", "", m.limits()},
			{"tools", "none is needed for labs", tools},
		},
	}
	for _, g := range r.Groups {
		for i := range g.Checks {
			if g.Checks[i].State == "" {
				g.Checks[i].State = OK
			}
		}
	}
	r.judge(ground, boxed, err)
	return r
}

// self is about the user.
func (m *machine) self() []Check {
	list := []Check{
		{Name: "user", Found: m.userName()},
		{Name: "capabilities", Found: m.capsFound()},
	}
	if outside := m.mapped(); outside != "" {
		list = append(list, Check{Name: "user namespace", Found: "root in here is " + outside + " outside"})
	}
	if name := m.container(); name != "" {
		list = append(list, Check{Name: "container", Found: name})
	}
	return list
}

// check says how it stands with a feature; err is what trying it came to.
func (f *Feature) check(m *machine, err error) Check {
	c := Check{Name: f.Name, State: OK, Use: f.Use, Used: f.Used, Since: f.Since}
	e := (*Error)(nil)
	switch {
	case errors.As(err, &e):
		c.State, c.Reason, c.Mend = Missing, e.Reason.Error(), e.Hint
		if Untried(err) {
			c.State = Unknown
		}
	case f == Rootless && errors.As(m.warnRootless(), &e):
		c.State, c.Reason, c.Mend = Limited, e.Reason.Error(), e.Hint
	}
	if asked, _ := f.ask(m); asked && err == nil {
		c.Found = fmt.Sprintf("module %s is there; not loaded, as that adds %s to the machine", f.module, f.adds)
	}
	return c
}

// judge says in a few words what matters of it all.
func (r *Report) judge(ground Ground, boxed bool, err func(*Feature) error) {
	has := func(f *Feature) bool { return err(f) == nil }
	r.Root, r.Rootless = has(Root), has(Rootless)
	stand := r.Root && ground != Sandbox || r.Rootless && ground != Machine
	r.CanRun = stand && has(Veth) && (has(Names) || Untried(err(Names)))
	switch {
	case !stand && ground == Usual:
		r.say("Labs can't run here. One of these would change that:")
		r.mend(err, Root, Rootless)
	case !stand:
		r.say("Labs can't run here that way:")
		r.mend(err, map[Ground]*Feature{Machine: Root, Sandbox: Rootless}[ground])
	case !r.CanRun:
		r.say("Labs can't run here.")
		r.mend(err, Names, Veth)
	case r.Root && r.Rootless:
		r.say("Labs can run here: as root on the machine itself, and without root in sandboxes.")
	case r.Root:
		r.say("Labs can run here, as root. Without root they can't:")
		r.mend(err, Rootless)
	case boxed:
		r.say("Labs can run here, without root.")
	default:
		r.say("Labs can run here, with --rootless.")
	}
	if r.CanRun {
		r.lacks(err)
	}
}

// lacks names what labs can't do.
func (r *Report) lacks(err func(*Feature) error) {
	var names []string
	for _, f := range All() {
		if f.Used && f != Root && f != Rootless && err(f) != nil && !Untried(err(f)) {
			names = append(names, f.Name)
		}
	}
	if len(names) > 0 {
		r.say("What labs may want and is missing: %s.", strings.Join(names, ", "))
	}
}

func (r *Report) say(format string, args ...any) {
	r.Verdict = append(r.Verdict, fmt.Sprintf(format, args...))
}

// mend adds what is to be done about features that are missing.
func (r *Report) mend(err func(*Feature) error, features ...*Feature) {
	for _, f := range features {
		if e := (*Error)(nil); errors.As(err(f), &e) {
			r.say("  %s: %v", e.Name, e.Reason)
			if e.Hint != "" {
				r.say("    %s", e.Hint)
			}
		}
	}
}
