package plan_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/plan/plantest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// lab returns the State of a compiled topology.
func lab(t *rapid.T, top *topo.Topology) *state.State {
	c, err := compile.Compile(top)
	if err != nil {
		t.Skipf("the subnets are too small: %v", err)
	}
	return c.State
}

// states draws an observed and a wanted State: the same lab, an edited one or another one,
// with or without damage. Some links have upper devices.
func states(t *rapid.T) (seen, want *state.State) {
	top := topotest.Draw(t, topotest.Options{HostLinks: true})
	on := drawUppers(t)
	seen = up(t, on.put(lab(t, top)))
	if rapid.Bool().Draw(t, "damaged") {
		play(t, plantest.Damage(t, seen), seen)
	}
	if rapid.IntRange(0, 3).Draw(t, "other upper devices") == 0 {
		on = drawUppers(t)
	}
	if rapid.IntRange(0, 3).Draw(t, "another lab") == 0 {
		want = on.put(lab(t, topotest.Draw(t, topotest.Options{HostLinks: true})))
		return observed(seen, want), want
	}
	for range rapid.IntRange(0, 3).Draw(t, "edits") {
		top = topotest.Edit(t, top)
	}
	want = on.put(lab(t, top))
	return observed(seen, want), want
}

// uppers are numbers of links that get an upper device, one for each namespace; 0: none.
type uppers []int

func drawUppers(t *rapid.T) uppers {
	return rapid.SliceOfN(rapid.IntRange(0, 3), 0, 4).Draw(t, "upper devices")
}

// put gives some links an upper device, and that another one.
func (u uppers) put(s *state.State) *state.State {
	names := slices.DeleteFunc(s.Names(), func(n string) bool { return n == state.Host })
	for i, name := range names[:min(len(u), len(names))] {
		links := slices.DeleteFunc(s.Namespaces[name].LinkNames(), func(l string) bool { return l == state.Lo })
		if u[i] == 0 || len(links) == 0 {
			continue
		}
		lower := links[u[i]%len(links)]
		for _, upper := range []string{"upper1", "upper0"} {
			s.Namespaces[name].Links[upper] = &state.Link{
				Name: upper, Kind: onTopOf(name, lower), MTU: state.DefaultMTU, MAC: topo.MAC{2, 0x75, 0, byte(i), 0, upper[5]}, Up: u[i] > 1,
			}
			lower = upper
		}
	}
	return s
}

// unmark lets some routes in the host namespace that equal wanted ones lack their mark.
func unmark(t *rapid.T, seen, want *state.State) {
	ns, w := seen.Namespaces[state.Host], want.Namespaces[state.Host]
	if ns == nil || w == nil || !rapid.Bool().Draw(t, "unmarked") {
		return
	}
	ns.Routes = slices.DeleteFunc(ns.Routes, func(r state.Route) bool {
		if !slices.Contains(w.Routes, r) || !rapid.Bool().Draw(t, "unmarked route") {
			return false
		}
		ns.Unmarked = append(ns.Unmarked, r)
		return true
	})
}

// unroute lets some addresses lack a route that the kernel added with them.
func unroute(t *rapid.T, s *state.State) {
	if !rapid.Bool().Draw(t, "unrouted") {
		return
	}
	for _, name := range s.Names() {
		for _, link := range s.Namespaces[name].LinkNames() {
			l := s.Namespaces[name].Links[link]
			for _, a := range l.Addresses {
				if l.Up && rapid.Bool().Draw(t, "unrouted address") {
					l.Unrouted = append(l.Unrouted, a)
				}
			}
		}
	}
}

// observed adds to seen what an observer adds: the defaults of sysctls that want does not
// have.
func observed(seen, want *state.State) *state.State {
	for name, ns := range seen.Namespaces {
		ns.Defaults = map[string]string{}
		for key := range ns.Sysctls {
			if w := want.Namespace(name); w == nil || w.Sysctls[key] == "" {
				ns.Defaults[key] = "as it was"
			}
		}
	}
	return seen
}

// up returns the State after a lab is created: with interface indexes.
func up(t *rapid.T, want *state.State) *state.State {
	s := state.New()
	play(t, plan.Diff(s, want), s)
	return s
}

func play(t *rapid.T, p plan.Plan, s *state.State) {
	if err := p.Apply(s); err != nil {
		t.Fatal(err)
	}
}

// differences compares two normal States.
func differences(want, got *state.State) string {
	return cmp.Diff(want.Normal(), got.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

func TestDiffReachesWanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, want := states(t)
		unmark(t, seen, want)
		unroute(t, seen)
		before := seen.Clone()
		p := plan.Diff(seen, want)
		if d := cmp.Diff(before, seen, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
			t.Fatalf("Diff changed its arguments (-before +after):\n%s", d)
		}
		play(t, p, seen)
		if d := differences(want, seen); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if again := plan.Diff(seen, want); len(again) != 0 {
			t.Fatalf("a second plan: %+v", again)
		}
	})
}

func TestDiffOfEqualsIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := states(t)
		if p := plan.Diff(s, s.Clone()); len(p) != 0 {
			t.Fatalf("%+v", p)
		}
	})
}

// All that a plan adds to the host namespace has a mark.
func TestPlansMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, want := states(t)
		if err := plan.CheckMarks(plan.Diff(seen, want)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDiffToEmptyDeletesAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, _ := states(t)
		play(t, plan.Diff(seen, state.New()), seen)
		if d := differences(state.New(), seen); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

// The links of a lab have unique indexes, except for lo, ends in the host namespace, whose
// indexes the kernel chooses, and links added by hand.
func TestIndexesAreUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, want := states(t)
		play(t, plan.Diff(seen, want), seen)
		taken := map[int]state.Endpoint{}
		for e, l := range links(seen) {
			if e.Link == state.Lo || l.Index == 0 {
				continue
			}
			if other, ok := taken[l.Index]; ok {
				t.Fatalf("%s and %s have the index %d", e, other, l.Index)
			}
			taken[l.Index] = e
		}
		for e, l := range links(want) {
			if seen.Link(e).Index == 0 && l.Name != state.Lo && e.Namespace != state.Host {
				t.Fatalf("%s has no index", e)
			}
		}
	})
}

// Equal objects are not changed, and objects that can be changed in place are not
// recreated.
func TestDiffIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, want := states(t)
		for _, op := range plan.Diff(seen, want) {
			checkNeeded(t, op, seen, want)
		}
	})
}

func checkNeeded(t *rapid.T, op plan.Op, seen, want *state.State) {
	at := op.At()
	switch op := op.(type) {
	case plan.DelNamespace:
		if !remade(seen, want, op.Name) {
			t.Fatalf("namespace %s is deleted", op.Name)
		}
	case plan.AddNamespace:
		if !remade(seen, want, op.Name) {
			t.Fatalf("namespace %s is created", op.Name)
		}
	case plan.DelLink, plan.AddLink, plan.AddVeth:
		if stays(seen, want, at) {
			t.Fatalf("%T of %s, which can stay", op, at)
		}
	case plan.SetLink, plan.SetKind, plan.AddAddress, plan.DelAddress, plan.PromoteSecondaries:
		if stays(seen, want, at) && equalLinks(seen.Link(at), want.Link(at)) {
			t.Fatalf("%#v, though %s is as wanted", op, at)
		}
	case plan.AddRoute, plan.DelRoute, plan.SetSysctl:
		if equalNamespaces(seen, want, at.Namespace) {
			t.Fatalf("%#v, though %s is as wanted", op, at.Namespace)
		}
	}
}

// Links that are not recreated keep their indexes.
func TestKeptLinksKeepIndexes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen, want := states(t)
		after := seen.Clone()
		play(t, plan.Diff(seen, want), after)
		for e, l := range links(seen) {
			if stays(seen, want, e) && after.Link(e).Index != l.Index {
				t.Fatalf("%s had the index %d and has %d", e, l.Index, after.Link(e).Index)
			}
		}
	})
}

// remade reports whether a namespace must be created or recreated: it has a sysctl that is
// not wanted and whose default is unknown.
func remade(seen, want *state.State, name string) bool {
	if name == state.Host {
		return false
	}
	now, wanted := seen.Namespace(name), want.Namespace(name)
	if now == nil || wanted == nil {
		return true
	}
	for key := range now.Sysctls {
		_, known := state.SysctlDefault(key)
		if _, ok := wanted.Sysctls[key]; !ok && !known {
			return true
		}
	}
	return false
}

// stays reports whether a link can be changed in place to the wanted one.
func stays(seen, want *state.State, e state.Endpoint) bool {
	now, wanted := seen.Link(e), want.Link(e)
	if now == nil || wanted == nil || now.KindName() != wanted.KindName() || remade(seen, want, e.Namespace) {
		return false
	}
	if !slices.Equal(now.Kind.Lower(), wanted.Kind.Lower()) {
		return false
	}
	if slices.ContainsFunc(now.Kind.Lower(), func(lower state.Endpoint) bool { return !stays(seen, want, lower) }) {
		return false // it is deleted with its lower device
	}
	peer, ok := now.Peer()
	if !ok {
		return true
	}
	wantedPeer, _ := wanted.Peer()
	return peer == wantedPeer && !remade(seen, want, peer.Namespace)
}

func equalLinks(a, b *state.Link) bool {
	one := func(l *state.Link) *state.State {
		s := state.New()
		s.Add(state.Host).Links[l.Name] = l
		return s
	}
	return differences(one(a), one(b)) == ""
}

// equalNamespaces reports whether a namespace is as wanted and nothing is recreated.
func equalNamespaces(seen, want *state.State, name string) bool {
	now := seen.Namespace(name)
	if now == nil || want.Namespace(name) == nil {
		return false
	}
	for link := range now.Links {
		if !stays(seen, want, state.Endpoint{Namespace: name, Link: link}) {
			return false
		}
	}
	one := func(s *state.State) *state.State {
		return &state.State{Namespaces: map[string]*state.Namespace{"": s.Namespaces[name]}}
	}
	return differences(one(seen), one(want)) == ""
}

func links(s *state.State) map[state.Endpoint]*state.Link {
	all := map[state.Endpoint]*state.Link{}
	for name, ns := range s.Namespaces {
		for link, l := range ns.Links {
			all[state.Endpoint{Namespace: name, Link: link}] = l
		}
	}
	return all
}

// A tutorial ends in the same State as its plan, and has its sections in order.
func TestTutorial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := lab(t, topotest.Draw(t, topotest.Options{HostLinks: true}))
		tutorial := plan.Tutorial(plan.Diff(state.New(), want))
		seen := state.New()
		play(t, tutorial, seen)
		if d := differences(want, seen); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		section := plan.Namespaces
		for _, op := range tutorial {
			if next := op.Traits().Section; next < section {
				t.Fatalf("%#v comes too late", op)
			} else {
				section = next
			}
		}
	})
}

// A sysctl of a link is set after the link is created, and is deleted with it.
func TestLinkSysctl(t *testing.T) {
	const key = "net.ipv4.conf.br/7.rp_filter"
	want := state.New()
	ns := want.Add("h")
	ns.Links["br.7"] = &state.Link{Name: "br.7", Kind: state.Bridge{}, MTU: state.DefaultMTU, Up: true}
	ns.Sysctls[key] = "2"
	made := plan.Diff(state.New(), want)
	there := false
	for _, op := range made {
		switch op := op.(type) {
		case plan.AddLink:
			there = true
		case plan.SetSysctl:
			if !there {
				t.Errorf("%s is set before its link is created", op.Key)
			}
		}
	}
	if err := (plan.Plan{plan.DelLink{Link: state.Endpoint{Namespace: "h", Link: "br.7"}}}).Apply(want); err != nil {
		t.Fatal(err)
	}
	if len(ns.Sysctls) > 0 {
		t.Errorf("sysctls of a deleted link: %v", ns.Sysctls)
	}
}
