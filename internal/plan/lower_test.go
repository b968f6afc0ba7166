package plan_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// flat is a kind of link as most with a lower device are: it takes what that receives, has at
// most its MTU, and is never on another of its kind.
type flat struct{ stacked }

func (flat) Traits() state.Traits {
	return state.Traits{Made: true, OnReal: true, RxHandler: true, MTUOfLower: true}
}

func (k flat) Equal(o state.Kind) bool { return o == state.Kind(k) }

func (k flat) Changes(o state.Kind) ([]state.Change, bool) { return nil, k.Equal(o) }

func (k flat) Renamed(from, to state.Endpoint) state.Kind {
	k.stacked, _ = k.stacked.Renamed(from, to).(stacked)
	return k
}

// sharing is a kind of link whose links on one lower device have one mode, and change their MTU
// with that device.
type sharing struct {
	stacked

	mode string
}

func (sharing) Traits() state.Traits {
	return state.Traits{Made: true, OnReal: true, RxHandler: true, MTUWithLower: true, SharedSettings: true}
}

func (k sharing) Equal(o state.Kind) bool { return o == state.Kind(k) }

func (k sharing) Changes(o state.Kind) ([]state.Change, bool) {
	w, ok := o.(sharing)
	if !ok || w.stacked != k.stacked {
		return nil, false
	}
	if w.mode == k.mode {
		return nil, true
	}
	return []state.Change{sharingChange{w.mode}}, true
}

func (k sharing) Renamed(from, to state.Endpoint) state.Kind {
	k.stacked, _ = k.stacked.Renamed(from, to).(stacked)
	return k
}

type sharingChange struct{ mode string }

func (sharingChange) Kind() string { return "sharing" }

func (c sharingChange) Apply(k state.Kind) (state.Kind, error) {
	s, _ := k.(sharing)
	s.mode = c.mode
	return s, nil
}

func sharingOn(namespace, link, mode string) state.Kind {
	return sharing{stacked{state.Other{Name: "sharing"}, at(namespace, link)}, mode}
}

func flatOn(namespace, link string) state.Kind {
	return flat{stacked{state.Other{Name: "flat"}, at(namespace, link)}}
}

// onDummy returns a State with a dummy d0, and a bridge br0, in the namespace h, and an empty
// namespace g.
func onDummy() *state.State {
	s := state.New()
	s.Add("g")
	links := s.Add("h").Links
	links["d0"] = &state.Link{Name: "d0", Kind: state.Dummy{}, MTU: 1400, Index: 2}
	links["br0"] = &state.Link{Name: "br0", Kind: state.Bridge{}, MTU: 1500, Index: 3}
	return s
}

func add(namespace, link string, mtu int, k state.Kind) plan.AddLink {
	return plan.AddLink{Link: at(namespace, link), MTU: mtu, Kind: k}
}

// What the kernel refuses, or does beside what it is asked for, with links on lower devices.
func TestLinksOnLowerDevices(t *testing.T) {
	for name, c := range map[string]struct {
		ops   plan.Plan
		fails string         // of the last Op
		mtus  map[string]int // of links in h
	}{
		"default MTU":     {plan.Plan{add("h", "f0", 0, flatOn("h", "d0"))}, "", map[string]int{"f0": 1400}},
		"greater MTU":     {plan.Plan{add("h", "f0", 1500, flatOn("h", "d0"))}, "h:f0: MTU 1500 is more than the 1400 of its lower link h:d0", nil},
		"free MTU":        {plan.Plan{add("h", "s0", 1500, onTopOf("h", "d0"))}, "", map[string]int{"s0": 1500}},
		"raised MTU":      {plan.Plan{add("h", "f0", 0, flatOn("h", "d0")), plan.SetLink{Link: at("h", "f0"), MTU: 1401}}, "h:f0: MTU 1401 is more", nil},
		"lowered below":   {plan.Plan{add("h", "f0", 0, flatOn("h", "d0")), plan.SetLink{Link: at("h", "d0"), MTU: 1300}}, "", map[string]int{"f0": 1300}},
		"raised below":    {plan.Plan{add("h", "f0", 0, flatOn("h", "d0")), plan.SetLink{Link: at("h", "d0"), MTU: 1500}}, "", map[string]int{"f0": 1400}},
		"on another":      {plan.Plan{add("h", "f0", 1300, flatOn("h", "d0")), add("h", "f1", 0, flatOn("h", "f0"))}, "", map[string]int{"f1": 1400}},
		"on a port":       {plan.Plan{plan.SetLink{Link: at("h", "d0"), Master: new("br0")}, add("h", "f0", 0, flatOn("h", "d0"))}, "h:f0: lower link h:d0 is a port of br0", nil},
		"on none":         {plan.Plan{add("h", "f0", 0, flatOn("h", "d1"))}, "h:f0: lower link: ", nil},
		"beside a plain":  {plan.Plan{add("h", "s0", 0, onTopOf("h", "d0")), add("h", "f0", 0, flatOn("h", "d0"))}, "", nil},
		"beside its kind": {plan.Plan{add("h", "f0", 0, flatOn("h", "d0")), add("g", "f0", 0, flatOn("h", "d0"))}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := onDummy()
			var err error
			for k, op := range c.ops {
				if err = op.Apply(s); err != nil && k < len(c.ops)-1 {
					t.Fatal(err)
				}
			}
			if got := errorText(err); !strings.HasPrefix(got, c.fails) || (c.fails == "") != (err == nil) {
				t.Fatalf("got %q, want %q", got, c.fails)
			}
			for link, want := range c.mtus {
				if got := s.Link(at("h", link)).MTU; got != want {
					t.Errorf("%s has the MTU %d, want %d", link, got, want)
				}
			}
			if l := s.Link(at("h", "f1")); l != nil && !l.Kind.Equal(flatOn("h", "d0")) {
				t.Errorf("f1 is on %v, want d0", l.Kind.Lower())
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A plan frees a port before it puts a link on it, and raises the MTU of a lower link first,
// also in another namespace. Each Op of a plan is applied by Diff, which panics if it fails.
func TestPlansOnLowerDevices(t *testing.T) {
	seen := onDummy()
	seen.Link(at("h", "d0")).Master = "br0"
	want := onDummy()
	want.Link(at("h", "d0")).MTU = 1500
	for _, ns := range []string{"g", "h"} {
		want.Namespaces[ns].Links["f0"] = &state.Link{Name: "f0", Kind: flatOn("h", "d0"), MTU: 1500}
	}
	check := func(seen, want *state.State) {
		t.Helper()
		after := seen.Clone()
		for _, op := range plan.Diff(seen, want) {
			if err := op.Apply(after); err != nil {
				t.Fatal(err)
			}
		}
		if d := differences(after, want); d != "" {
			t.Errorf("(-after +want)\n%s", d)
		}
	}
	check(seen, want)
	check(want, onDummy())
	low := want.Clone()
	for _, e := range []state.Endpoint{at("h", "d0"), at("h", "f0"), at("g", "f0")} {
		low.Link(e).MTU = 1280
	}
	check(want, low)
	check(low, want)
}

// A plan changes settings that links on one lower device share by one Op, and sets the MTU of
// that device before those of the links that it changes, also in namespaces before its own.
func TestPlansOnSharingLinks(t *testing.T) {
	lab := func(mode string, lower, upper int) *state.State {
		s := onDummy()
		s.Add("i")
		s.Link(at("h", "d0")).MTU = lower
		for _, ns := range []string{"g", "h", "i"} {
			s.Namespaces[ns].Links["s0"] = &state.Link{Name: "s0", Kind: sharingOn("h", "d0", mode), MTU: upper}
		}
		return s
	}
	few := lab("l2", 1400, 1400)
	delete(few.Namespaces["i"].Links, "s0")
	mode := plan.SetKind{Link: at("g", "s0"), Change: sharingChange{"l3"}}
	mtu := plan.SetLink{Link: at("h", "d0"), MTU: 1500}
	for _, tt := range []struct {
		name       string
		seen, want *state.State
		plan       plan.Plan // nil: any
	}{
		{"a mode", lab("l2", 1400, 1400), lab("l3", 1400, 1400), plan.Plan{mode}},
		{"a mode by a new link", few, lab("l3", 1400, 1400), nil},
		{"greater MTUs", lab("l2", 1400, 1400), lab("l2", 1500, 1500), plan.Plan{mtu}},
		{"lower MTUs", lab("l2", 1500, 1500), lab("l2", 1300, 1300), nil},
		{"MTUs of their own", lab("l2", 1500, 1500), lab("l2", 1400, 1450), nil},
		{"a new lab", state.New(), lab("l3", 1400, 1400), nil},
		{"less", lab("l3", 1500, 1500), few, nil},
	} {
		got, after := plan.Diff(tt.seen, tt.want), tt.seen.Clone()
		if err := got.Apply(after); err != nil {
			t.Fatal(err)
		}
		if d := differences(after, tt.want); d != "" {
			t.Errorf("%s: (-after +want)\n%s", tt.name, d)
		}
		if tt.plan != nil && !reflect.DeepEqual(got, tt.plan) {
			t.Errorf("%s: got the plan %+v, want %+v", tt.name, got, tt.plan)
		}
	}
}
