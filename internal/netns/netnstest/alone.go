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

// aloneEnv tells a test program that it is on a machine of its own.
const aloneEnv = "VETHLAB_TEST_ALONE"

// Alone runs the calling test once more as a program of its own, on a machine
// of its own as far as networks go: with a network namespace that stands for the
// machine's, an empty /run, and no processes but its own. So it can look at all
// there is, and nobody else's doings disturb it: tests that are alone run side by
// side. Alone reports whether the caller is there; if not, the test has been run
// and is to return.
//
// It skips the test by name unless this user may do that.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneEnv) != "" && sandbox.PrivateRun() {
		return true
	}
	needRights(t)
	t.Parallel()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", aloneArgs(t)...)
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	cmd.Stdout, cmd.Stderr = &out, &out
	err := netns.OnThread(func() error { // the command ends with it
		if err := sandbox.StartIsolated(cmd, true); err != nil {
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

// aloneArgs returns the arguments of a program that runs this test only, and of
// its subtests those that were asked for. The flags of the package's own go with
// it.
func aloneArgs(t *testing.T) []string {
	args := []string{"-test.v"}
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
