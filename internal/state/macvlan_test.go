package state_test

import (
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

func macvlanOn(link, mode string) state.Macvlan {
	return state.Macvlan{On: inside(link), Mode: mode}
}

// What the kernel refuses because of the lower device and of other macvlans on it.
func TestMacvlanCheckLower(t *testing.T) {
	for _, tt := range []struct {
		mode, other string // of the new macvlan, and of one on the same device
		on          string
		want        string
	}{
		{mode: state.MacvlanBridge, on: "eth0"},
		{mode: state.MacvlanBridge, on: state.Lo, want: "n:lo can't be the lower device of a macvlan"},
		{mode: state.MacvlanPassthru, on: "eth0"},
		{mode: state.MacvlanVEPA, other: state.MacvlanPrivate, on: "eth0"},
		{mode: state.MacvlanPassthru, other: state.MacvlanBridge, on: "eth0", want: "n:eth0 has the upper device n:mv9, and one with mode passthru must be the only one"},
		{mode: state.MacvlanBridge, other: state.MacvlanPassthru, on: "eth0", want: "n:eth0 has the upper device n:mv9, and one with mode passthru must be the only one"},
		{mode: state.MacvlanPassthru, other: state.MacvlanPassthru, on: "eth1"}, // on another device
	} {
		s := state.New()
		links := s.Add("n").Links
		for _, name := range []string{"eth0", "eth1"} {
			links[name] = &state.Link{Name: name, Kind: state.Dummy{}}
		}
		if tt.other != "" {
			links["mv9"] = &state.Link{Name: "mv9", Kind: macvlanOn("eth0", tt.other)}
		}
		got := ""
		if err := macvlanOn(tt.on, tt.mode).CheckLower(s); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %q, want %q", tt, got, tt.want)
		}
	}
}

// Which macvlans become which in place.
func TestMacvlanChanges(t *testing.T) {
	for _, tt := range []struct {
		now, want state.Kind
		changes   int
		ok        bool
	}{
		{macvlanOn("a", "bridge"), macvlanOn("a", "bridge"), 0, true},
		{macvlanOn("a", "bridge"), macvlanOn("a", "vepa"), 1, true},
		{macvlanOn("a", "bridge"), macvlanOn("b", "bridge"), 0, false},
		{macvlanOn("a", "passthru"), macvlanOn("a", "passthru"), 0, true},
		{macvlanOn("a", "passthru"), macvlanOn("a", "bridge"), 1, false},
		{macvlanOn("a", "private"), macvlanOn("a", "passthru"), 1, false},
		{macvlanOn("a", "bridge"), state.Dummy{}, 0, false},
		{state.Dummy{}, macvlanOn("a", "bridge"), 0, false},
	} {
		changes, ok := tt.now.Changes(tt.want)
		if len(changes) != tt.changes || ok != tt.ok {
			t.Errorf("%+v to %+v: %v, %t", tt.now, tt.want, changes, ok)
		}
		if !ok || len(changes) == 0 {
			continue
		}
		if next, err := changes[0].Apply(tt.now); err != nil || !next.Equal(tt.want) {
			t.Errorf("%+v becomes %+v, %v, want %+v", tt.now, next, err, tt.want)
		}
	}
}
