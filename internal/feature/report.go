package feature

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A State is the result of a check.
type State string

// The states.
const (
	OK      State = "ok"
	Missing State = "missing"
	Limited State = "limited" // works, with a limit
	Unknown State = "unknown" // not tried
)

// A Check is one line of a report.
type Check struct {
	Name   string `json:"name"`
	State  State  `json:"state"`
	Use    string `json:"for,omitempty"`    // what it is used for
	Used   bool   `json:"used,omitempty"`   // by labs themselves
	Found  string `json:"found,omitempty"`  // such as a number
	Reason string `json:"reason,omitempty"` // why it is not ok
	Fix    string `json:"fix,omitempty"`    // the command or package that fixes it
	Since  string `json:"since,omitempty"`  // the first version of Linux that has it
}

// A Group is a titled list of checks.
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

	CanRun   bool     `json:"can_run"`  // labs can be made, as root or rootless
	Root     bool     `json:"root"`     // in the host's namespaces
	Rootless bool     `json:"rootless"` // in sandboxes
	Verdict  []string `json:"verdict"`  // lines of text
	Groups   []Group  `json:"groups"`
}

// A Placement is where labs are made.
type Placement int

// The placements.
const (
	Default Placement = iota // the host if this process may, else a sandbox
	Host                     // in the host's namespaces
	Sandbox                  // in sandboxes
)

// Examine tries all features and reads all limits, for labs with a placement.
func Examine(ctx context.Context, placement Placement) *Report {
	var tools []Check
	var wg sync.WaitGroup
	wg.Go(func() { tools = local.tools(ctx) })
	sandboxed := placement == Sandbox || !sandbox.Privileged()
	try(All(), sandboxed)
	wg.Wait()
	return local.report(placement, sandboxed, (*Feature).known, tools)
}

// report makes the report; err returns the result of trying a feature, in a sandbox
// if sandboxed is true.
func (m *machine) report(placement Placement, sandboxed bool, err func(*Feature) error, tools []Check) *Report {
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
			{"links", "labs use veth and bridge; the others are for your commands in nodes", checks(links())},
			{"queueing", "for your commands in nodes", checks(qdiscs())},
			{"firewall", "for your rules in nodes", checks(firewall())},
			{"tracing", "for your programs", checks(tracing())},
			{"limits", "", m.limits()},
			{"tools", "labs need none", tools},
		},
	}
	for _, g := range r.Groups {
		for i := range g.Checks {
			if g.Checks[i].State == "" {
				g.Checks[i].State = OK
			}
		}
	}
	r.decide(placement, sandboxed, err)
	return r
}

// self describes the user.
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

// check returns the check of a feature; err is the result of trying it.
func (f *Feature) check(m *machine, err error) Check {
	c := Check{Name: f.Name, State: OK, Use: f.Use, Used: f.Used, Since: f.Since}
	e := (*Error)(nil)
	switch {
	case errors.As(err, &e):
		c.State, c.Reason, c.Fix = Missing, e.Reason.Error(), e.Hint
		if Untried(err) {
			c.State = Unknown
		}
	case f == Rootless && errors.As(m.warnRootless(), &e):
		c.State, c.Reason, c.Fix = Limited, e.Reason.Error(), e.Hint
	}
	if asked, _ := f.withoutTrying(m); asked && err == nil {
		c.Found = fmt.Sprintf("module %s is on disk; not loaded, since loading it adds %s to the host namespace", f.module, f.adds)
	}
	return c
}

// decide sets CanRun and the lines of the verdict.
func (r *Report) decide(placement Placement, sandboxed bool, err func(*Feature) error) {
	has := func(f *Feature) bool { return err(f) == nil }
	r.Root, r.Rootless = has(Root), has(Rootless)
	stand := r.Root && placement != Sandbox || r.Rootless && placement != Host
	r.CanRun = stand && has(Veth) && (has(Names) || Untried(err(Names)))
	switch {
	case !stand && placement == Default:
		r.say("Labs can't run here. Fix one of these:")
		r.addRemedies(err, Root, Rootless)
	case !stand:
		r.say("Labs can't run here that way:")
		r.addRemedies(err, map[Placement]*Feature{Host: Root, Sandbox: Rootless}[placement])
	case !r.CanRun:
		r.say("Labs can't run here.")
		r.addRemedies(err, Names, Veth)
	case r.Root && r.Rootless:
		r.say("Labs can run here: as root in the host's namespaces, and without root in sandboxes.")
	case r.Root:
		r.say("Labs can run here, as root. Without root they can't:")
		r.addRemedies(err, Rootless)
	case sandboxed:
		r.say("Labs can run here, without root.")
	default:
		r.say("Labs can run here, with --rootless.")
	}
	if r.CanRun {
		r.lacks(err)
	}
}

// lacks adds the missing features that labs use.
func (r *Report) lacks(err func(*Feature) error) {
	var names []string
	for _, f := range All() {
		if f.Used && f != Root && f != Rootless && err(f) != nil && !Untried(err(f)) {
			names = append(names, f.Name)
		}
	}
	if len(names) > 0 {
		r.say("Missing features that labs may use: %s.", strings.Join(names, ", "))
	}
}

func (r *Report) say(format string, args ...any) {
	r.Verdict = append(r.Verdict, fmt.Sprintf(format, args...))
}

// addRemedies adds the reasons and hints of missing features.
func (r *Report) addRemedies(err func(*Feature) error, features ...*Feature) {
	for _, f := range features {
		if e := (*Error)(nil); errors.As(err(f), &e) {
			r.say("  %s: %v", e.Name, e.Reason)
			if e.Hint != "" {
				r.say("    %s", e.Hint)
			}
		}
	}
}
