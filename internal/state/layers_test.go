package state_test

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

// tower returns a State with links on one another: br0 with the port eth0, mv0 on br0, br1 with
// the port mv0, mv1 on that, and so on.
func tower(bridges int) *state.State {
	s := state.New()
	links := s.Add("n").Links
	port := "eth0"
	links[port] = &state.Link{Name: port, Kind: state.Dummy{}}
	for k := range bridges {
		br, mv := fmt.Sprintf("br%d", k), fmt.Sprintf("mv%d", k)
		links[port].Master = br
		links[br] = &state.Link{Name: br, Kind: state.Bridge{}}
		links[mv] = &state.Link{Name: mv, Kind: macvlanOn(br, "bridge")}
		port = mv
	}
	return s
}

func TestCheckNesting(t *testing.T) {
	for _, tt := range []struct {
		bridges      int
		upper, lower string
		want         string
	}{
		{1, "new", "mv0", ""},
		{1, "br0", "mv0", "n:mv0 is on n:br0 itself"},
		{1, "br0", "br0", "n:br0 is on n:br0 itself"},
		{2, "br0", "mv1", "n:mv1 is on n:br0 itself"},
		{3, "new", "mv2", ""}, // the eighth
		{3, "br0", "other", ""},
		{4, "br0", "other", "9 devices on one another, the kernel's limit is 8"},
		{4, "new", "br3", "9 devices on one another, the kernel's limit is 8"},
	} {
		s := tower(tt.bridges)
		s.Namespaces["n"].Links["other"] = &state.Link{Name: "other", Kind: state.Dummy{}}
		got := ""
		if err := s.CheckNesting(inside(tt.upper), inside(tt.lower)); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// Without links on lower devices, no search for them is needed.
func TestFlat(t *testing.T) {
	s := tower(1)
	if !s.HasUppers() || len(s.Uppers(inside("br0"))) != 1 {
		t.Errorf("upper links of br0: %v", s.Uppers(inside("br0")))
	}
	delete(s.Namespaces["n"].Links, "mv0")
	s.Flat = true
	if s.HasUppers() || s.Uppers(inside("br0")) != nil || s.Clone().Flat {
		t.Error("a State without upper links has some, or a clone is flat")
	}
}
