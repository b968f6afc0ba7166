package cli

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/explain"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// lookAll looks behind each command of a plan, on a machine where nothing is, and
// adds what is to be seen to those where it is new.
func lookAll(ops plan.Plan, steps []explained) error {
	l := &looker{state: state.New(), highest: map[string]int{}, met: map[string]bool{}}
	for i, op := range ops {
		if err := op.Play(l.state); err != nil {
			return err
		}
		l.number(op)
		if err := l.look(explain.Notes(op)[0].Look, &steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// A looker looks at a machine on which a plan is played.
type looker struct {
	state   *state.State
	highest map[string]int  // number of a link so far, by namespace
	met     map[string]bool // how links have been seen
	last    string          // what was seen last
}

// number gives links that an Op has made the numbers that the kernel would, if they
// have none: in each namespace the one after the last, of a veth the other end
// first. They keep them where they go.
func (l *looker) number(op plan.Op) {
	for _, birth := range slices.Backward(plan.Births(op)) {
		e := birth.Link
		link := l.state.Link(e)
		if link.Index == 0 {
			link.Index = max(l.highest[e.Namespace], 1) + 1 // lo is the first
		}
		l.highest[e.Namespace] = max(l.highest[e.Namespace], link.Index)
	}
}

// look adds to a step what its command shows, if the step is of a new kind or the
// link looks as none has before, and it is not what was just seen.
func (l *looker) look(at explain.Look, step *explained) error {
	step.looks = false
	if at.IsZero() {
		return nil
	}
	news := l.turned(at)
	if !step.isNew && !news {
		return nil
	}
	shown, err := l.shown(at)
	if seen := step.Look + "\n" + shown; err == nil && seen != l.last {
		step.Shown, step.looks, l.last = shown, true, seen
	}
	return err
}

// turned reports whether a link is looked at that is in a state in which none of
// its kind was yet, or whose other end is.
func (l *looker) turned(at explain.Look) bool {
	if at.Program != "ip" || at.Args[0] != "link" || at.Args[len(at.Args)-2] != "dev" {
		return false
	}
	ns := dump.Model(l.state, at.Namespace)
	link := ns.LinkNamed(at.Args[len(at.Args)-1])
	if link == nil {
		return false
	}
	looks := []string{link.Kind + " is " + link.OperState, link.Kind + " leads " + leadsTo(ns, link)}
	news := slices.ContainsFunc(looks, func(s string) bool { return !l.met[s] })
	for _, s := range looks {
		l.met[s] = true
	}
	return news
}

// leadsTo says how the other end of a link is told.
func leadsTo(ns *dump.Namespace, link *dump.Link) string {
	switch {
	case link.Parent == 0:
		return "nowhere"
	case link.ParentNetns == nil:
		return "home"
	case ns.Peers[*link.ParentNetns] == "":
		return "to a number"
	}
	return "to a name"
}

// shown returns what a command prints that looks at something.
func (l *looker) shown(at explain.Look) (string, error) {
	ns := l.state.Namespace(at.Namespace)
	switch {
	case at.Program == "sysctl":
		value, set := ns.Sysctls[at.Args[0]]
		if !set {
			value, _ = state.SysctlDefault(at.Args[0])
		}
		return at.Args[0] + " = " + value + "\n", nil
	case at.Program == "nft":
		return listed(ns, at.Args)
	case at.Args[0] == "netns":
		names := slices.DeleteFunc(l.state.Names(), func(name string) bool { return name == state.Host })
		return strings.Join(append(names, ""), "\n"), nil
	}
	return ipshow.Show(dump.Model(l.state, at.Namespace), at.Args...)
}

// listed returns what a command of nft lists.
func listed(ns *state.Namespace, args []string) (string, error) {
	commands, err := nft.Parse(strings.Join(args, " "))
	if err != nil {
		return "", err
	}
	return commands[0].Listing(ns.Nftables, false)
}
