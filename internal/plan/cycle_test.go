package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Lower devices in a cycle, which no lab file can have, end in an error that names them, not
// in an endless recursion.
func TestCycleOfLowerDevices(t *testing.T) {
	want := state.New()
	links := want.Add("h").Links
	for name, on := range map[string]string{"iv0": "iv1", "iv1": "iv2", "iv2": "iv0"} {
		links[name] = &state.Link{Name: name, Kind: onTopOf("h", on), MTU: state.DefaultMTU}
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "lower link: ") || !strings.Contains(got, "h:iv") {
			t.Errorf("the plan ends with %s", got)
		}
	}()
	t.Errorf("a plan makes them: %v", plan.Diff(state.New(), want))
}

// Each link is made after those below it, and configured after them.
func TestOrderOfLowerDevices(t *testing.T) {
	want := state.New()
	links := want.Add("h").Links
	for name, kind := range map[string]state.Kind{"a": onTopOf("h", "b"), "b": onTopOf("h", "c"), "c": onTopOf("h", "d"), "d": state.Dummy{}} {
		links[name] = &state.Link{Name: name, Kind: kind, MTU: state.DefaultMTU, Up: true}
	}
	var made, up []string
	for _, op := range plan.Diff(state.New(), want) {
		for _, l := range op.Traits().NewLinks {
			if l.Link.Link != state.Lo {
				made = append(made, l.Link.Link)
			}
		}
		if link := op.At().Link; op.Traits().SetsUp && link != state.Lo {
			up = append(up, link)
		}
	}
	for what, got := range map[string][]string{"made": made, "up": up} {
		if strings.Join(got, " ") != "d c b a" {
			t.Errorf("they are %s in the order %v, want d c b a", what, got)
		}
	}
}
