//go:build linux

package vethlab_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// crashLabs are labs to be killed while they are made. Of those with an edit,
// the change to it is killed.
var crashLabs = []struct{ name, file, edit string }{
	{name: "pair", file: "links: [[ns1, ns2]]\n"},
	{name: "switch", file: "nodes: {sw: {kind: switch}}\nlinks: [[a, sw], [b, sw], [c, sw]]\n"},
	{name: "routers", file: "nodes: {r1: {kind: router}, r2: {kind: router}}\nlinks: [[a, r1], [r1, r2], [r2, b]]\n"},
	{name: "host", file: "links: [{endpoints: [host, gw], subnet: 198.18.77.0/30}]\n"},
	{name: "bridge", file: "nodes: {host: {interfaces: {vlcrash0: {bridge: vlcrash1, addresses: 198.18.78.1/30}}}}\nlinks: [[host:vlcrash1, a]]\n"},
	{
		name: "edit",
		file: "nodes: {sw: {kind: switch}}\nlinks: [[a, sw], [b, sw]]\n",
		edit: "nodes: {a: {kind: router}}\nlinks: [{endpoints: [a, b], mtu: 1400}, [a, c]]\n",
	},
}

// After a program is killed at any step of Up, the next Up completes the lab, and Down
// removes it. With -short each step has one of both.
func TestCrashAfterEachStep(t *testing.T) {
	for _, tt := range crashLabs {
		t.Run(tt.name, func(t *testing.T) {
			if !netnstest.Isolated(t) {
				return
			}
			before := look(t)
			first := labFile(t, tt.name, tt.file)
			last := first
			if tt.edit != "" {
				last = labFile(t, tt.name, tt.edit)
			}
			lab := mustOpen(t, last)
			for step := 1; crashes(t, first, last, step); step++ {
				if !testing.Short() || step%2 == 1 {
					up(t, lab) // completes the lab
				}
				if !testing.Short() {
					down(t, lab)
					before.unchanged(t)
					crashes(t, first, last, step)
				}
				down(t, lab)
				before.unchanged(t)
			}
		})
	}
}

// labFile writes a lab file. The lab has the given name.
func labFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("name: "+name+"\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// crashes makes the lab of one file and then has another program kill itself
// after a step of making it that of another. It reports false, with all
// removed, if there are no more steps.
func crashes(t *testing.T, first, last string, step int) bool {
	t.Helper()
	lab := mustOpen(t, first)
	if first != last {
		up(t, lab)
	}
	out, err := actor(t, "up", last, step).CombinedOutput()
	if err == nil {
		down(t, lab)
		return false
	}
	if !killed(err) {
		t.Fatalf("step %d: %v\n%s", step, err, out)
	}
	return true
}

// actor is a program that changes a lab, see act.
func actor(t *testing.T, what, file string, killAfter int) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", file, strconv.Itoa(killAfter))
	cmd.Env = append(os.Environ(), actEnv+"="+what)
	return cmd
}

func killed(err error) bool {
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(interface{ Signal() unix.Signal })
	return ok && status.Signal() == unix.SIGKILL
}

// After a program is killed at any time during Up or Down, Down removes the lab
// completely.
func TestCrashAtAnyTime(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	before := look(t)
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	links := []string{"{endpoints: [host, gw], subnet: 198.18.77.0/30}"}
	for i := range 50 {
		links = append(links, fmt.Sprintf("[h%d, sw]", i))
	}
	file := labFile(t, "many", "nodes: {sw: {kind: switch}}\nlinks: ["+strings.Join(links, ", ")+"]\n")
	lab := mustOpen(t, file)
	for round := range rounds {
		delay := rand.N(150 * time.Millisecond)
		killAfter(t, actor(t, "up", file, 0), delay)
		if round%2 == 0 {
			up(t, lab)
			delay = rand.N(80 * time.Millisecond)
			killAfter(t, actor(t, "down", file, 0), delay)
		}
		if round%4 == 0 {
			up(t, lab)
		}
		t.Logf("round %d: killed after %s", round, delay)
		down(t, lab)
		before.unchanged(t)
	}
}

// killAfter kills a program after d.
func killAfter(t *testing.T, cmd *exec.Cmd, d time.Duration) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil && !killed(err) {
		t.Fatal(err)
	}
}
