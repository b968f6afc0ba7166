//go:build linux

package vethlab_test

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// actEnv makes the test program one that changes a lab, see act.
const actEnv = "VETHLAB_TEST_ACT"

func TestMain(m *testing.M) {
	if os.Getenv(actEnv) != "" {
		act(os.Getenv(actEnv), os.Args[1], os.Args[2])
		return
	}
	netnstest.Main(m)
}

// act changes a lab as a program of its own that can be killed: "up" or "down".
// If killAfter is not 0 it kills itself after that many steps.
func act(what, file, killAfter string) {
	lab, err := open(file)
	if err != nil {
		panic(err)
	}
	kill, err := strconv.Atoi(killAfter)
	if err != nil {
		panic(err)
	}
	if kill > 0 {
		steps := 0
		lab.SetStep(func(int) {
			if steps++; steps == kill {
				_ = unix.Kill(os.Getpid(), unix.SIGKILL)
				select {}
			}
		})
	}
	if what == "up" {
		_, err = lab.Up(context.Background())
	} else {
		err = lab.Down(context.Background())
	}
	if err != nil {
		panic(err)
	}
}

// open reads a lab file.
func open(file string) (*vethlab.Lab, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	t, err := topo.Parse(file, text)
	if err != nil {
		return nil, err
	}
	return vethlab.New(t)
}

func mustOpen(tb testing.TB, file string) *vethlab.Lab {
	tb.Helper()
	lab, err := open(file)
	if err != nil {
		tb.Fatal(err)
	}
	return lab
}

// parse makes a lab of the text of a file.
func parse(tb testing.TB, text string) *vethlab.Lab {
	tb.Helper()
	return newLab(tb, topo.MustParse(text))
}

func newLab(tb testing.TB, t *topo.Topology) *vethlab.Lab {
	tb.Helper()
	lab, err := vethlab.New(t)
	if err != nil {
		tb.Fatal(err)
	}
	return lab
}

// up brings a lab up and checks that it equals its description.
func up(tb testing.TB, lab *vethlab.Lab) {
	tb.Helper()
	if _, err := lab.Up(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	isUp(tb, lab)
}

// isUp checks that a running lab equals its description.
func isUp(tb testing.TB, lab *vethlab.Lab) {
	tb.Helper()
	c, err := compile.Compile(lab.Topology())
	if err != nil {
		tb.Fatal(err)
	}
	view, err := lab.View()
	if err != nil {
		tb.Fatal(err)
	}
	if d := differences(c.State, view.State); d != "" {
		tb.Fatalf("%s: seen differs from wanted (-want +got):\n%s", lab.Name(), d)
	}
}

func differences(want, got *state.State) string {
	return cmp.Diff(want.Normal(), got.Normal(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

func down(tb testing.TB, lab *vethlab.Lab) {
	tb.Helper()
	if err := lab.Down(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}
