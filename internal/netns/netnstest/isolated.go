//go:build linux

package netnstest

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// isolatedEnv marks a test program that [Isolated] has started.
const isolatedEnv = "VETHLAB_TEST_ISOLATED"

// Isolated runs the calling test again as a process of its own, isolated from the
// machine: with a network namespace that serves as the host namespace, an empty
// /run, and its own PID namespace. So the test can examine the whole machine
// undisturbed, and runs in parallel with others. Isolated returns true in the isolated
// process; if it returns false the test has been run and must return.
//
// It skips the test by name if this user has no permission for that.
func Isolated(t *testing.T) bool {
	t.Helper()
	if os.Getenv(isolatedEnv) != "" && sandbox.PrivateRun() {
		return true
	}
	needRights(t)
	t.Parallel()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", isolatedArgs(t)...)
	cmd.Env = append(os.Environ(), isolatedEnv+"=1")
	cmd.Stdout, cmd.Stderr = &out, &out
	err := netns.OnNewThread(func() error { // the command is killed when this thread ends
		if err := sandbox.StartIsolated(cmd); err != nil {
			return err
		}
		return cmd.Wait()
	})
	t.Logf("%s", out.Bytes())
	if err != nil {
		t.Error(err)
	}
	return false
}

// isolatedArgs returns the arguments of a program that runs this test only, with the
// selected subtests, and the package's own flags.
func isolatedArgs(t *testing.T) []string {
	var args []string
	if testing.Verbose() { // else what failed would be lost among what passed
		args = append(args, "-test.v")
	}
	run := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	flag.Visit(func(f *flag.Flag) {
		switch name := f.Name; {
		case name == "test.run":
			names := strings.Count(t.Name(), "/") + 1
			if words := strings.Split(f.Value.String(), "/"); len(words) > names {
				run += "/" + strings.Join(words[names:], "/")
			}
		case name == "test.short", !strings.HasPrefix(name, "test."):
			args = append(args, "-"+name+"="+f.Value.String())
		}
	})
	return append(args, "-test.run="+run)
}
