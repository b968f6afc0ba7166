package explain

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A View is the output of a step's [Look].
type View struct {
	Shown string // its output, "" if New is false
	New   bool   // the step is New, or its link is in a state not shown before
}

// Views applies the steps of a plan to an empty State and returns a view for each.
func Views(steps []Step) ([]View, error) {
	v := &viewer{state: state.New(), highest: map[string]int{}, met: map[string]bool{}}
	views := make([]View, len(steps))
	for i, s := range steps {
		err := s.Op.Apply(v.state)
		if err != nil {
			return nil, err
		}
		v.number(s.Op)
		if views[i], err = v.view(s); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// A viewer applies a plan to a State.
type viewer struct {
	state   *state.State
	highest map[string]int  // link index so far, by namespace
	met     map[string]bool // states in which links have been shown
	last    string          // the last command, with its output
}

// number gives the links of an Op without an index the kernel's: the next free one of
// the namespace, for the peer of a veth first. A link keeps its index when it moves.
func (v *viewer) number(op plan.Op) {
	for _, made := range slices.Backward(op.Traits().NewLinks) {
		e := made.Link
		link := v.state.Link(e)
		if link.Index == 0 {
			link.Index = max(v.highest[e.Namespace], 1) + 1 // lo is the first
		}
		v.highest[e.Namespace] = max(v.highest[e.Namespace], link.Index)
	}
}

// view returns the output of the step's command, if the step is new or the link is in
// a state not shown before, and the output differs from the last one.
func (v *viewer) view(s Step) (View, error) {
	at := s.Notes[0].Look
	if at.IsZero() {
		return View{}, nil
	}
	if isNew := v.newLinkState(at); !s.New && !isNew {
		return View{}, nil
	}
	shown, err := v.shown(at)
	if seen := at.String() + "\n" + shown; err == nil && seen != v.last {
		v.last = seen
		return View{shown, true}, nil
	}
	return View{}, err
}

// newLinkState reports whether a command shows a link whose state, or whose peer's
// notation, no link of its kind had in an earlier view.
func (v *viewer) newLinkState(at Look) bool {
	if at.Program != "ip" || at.Args[0] != "link" || at.Args[len(at.Args)-2] != "dev" {
		return false
	}
	ns := dump.Model(v.state, at.Namespace)
	link := ns.LinkNamed(at.Args[len(at.Args)-1])
	if link == nil {
		return false
	}
	looks := []string{link.Kind + " is " + link.OperState, link.Kind + " peer by " + peerShown(ns, link)}
	isNew := slices.ContainsFunc(looks, func(s string) bool { return !v.met[s] })
	for _, s := range looks {
		v.met[s] = true
	}
	return isNew
}

// peerShown returns how ip denotes the peer of a link.
func peerShown(ns *dump.Namespace, link *dump.Link) string {
	switch {
	case link.Parent == 0:
		return "none"
	case link.ParentNetns == nil:
		return "same namespace"
	case ns.Peers[*link.ParentNetns] == "":
		return "nsid"
	}
	return "name"
}

// shown returns the output of a command.
func (v *viewer) shown(at Look) (string, error) {
	ns := v.state.Namespace(at.Namespace)
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
		names := slices.DeleteFunc(v.state.Names(), func(name string) bool { return name == state.Host })
		return strings.Join(append(names, ""), "\n"), nil
	}
	return ipshow.Show(dump.Model(v.state, at.Namespace), at.Args...)
}

// listed returns what a command of nft lists.
func listed(ns *state.Namespace, args []string) (string, error) {
	commands, err := nft.Parse(strings.Join(args, " "))
	if err != nil {
		return "", err
	}
	return commands[0].Listing(ns.Nftables, false)
}
