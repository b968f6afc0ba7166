package labtest

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// requireEnv makes tests fail, instead of skipping them, where labs can't be made.
// Its value is a list of features that are required too, or any other text but "0".
const requireEnv = "VETHLAB_REQUIRE"

// requirement returns the value of [requireEnv], "" if nothing is required. Without the
// variable it is "1" on a CI system, which shows no skipped tests: most set CI. Labs
// need Linux; a CI system that runs tests on other systems too skips them there.
func requirement() string {
	if value, ok := os.LookupEnv(requireEnv); ok {
		return trueValue(value)
	}
	if runtime.GOOS == "linux" && trueValue(os.Getenv("CI")) != "" {
		return "1"
	}
	return ""
}

// trueValue returns the value of a variable, or "" for "0", "false" and so on.
func trueValue(value string) string {
	if no, err := strconv.ParseBool(value); err == nil && !no {
		return ""
	}
	return value
}

// isolation is the result of [Enter]. It is set before any test runs.
var isolation struct {
	entered bool
	err     error // why labs can't be made
	skipped skipped
}

// Main runs the tests of a package in namespaces where they can make labs. It is all
// that TestMain has to do:
//
//	func TestMain(m *testing.M) { labtest.Main(m) }
//
// A TestMain with more to do calls [Enter] first and [testing.M.Run] itself.
func Main(m *testing.M) {
	Enter()
	m.Run()
	isolation.skipped.print()
}

// Enter re-executes this program, with the same arguments, in new namespaces, waits
// for it, and exits with its exit code. In the new process Enter returns. Call it
// first: code before it runs twice.
//
// If the namespaces can't be made Enter returns too, and [Start] skips the tests.
func Enter() {
	role := sandbox.Main()
	switch {
	case role == sandbox.Failed:
		syscall.Exit(1) // the starter reports the reason
	case role == sandbox.Isolated:
		_ = os.Setenv(sandbox.IsolatedEnv, "1") // can't fail for this name
	case os.Getenv(sandbox.IsolatedEnv) != "" && sandbox.PrivateRun() && sandbox.Privileged():
		// Children of an isolated process stay in its namespaces: workers of a fuzz
		// test, programs of `vethlab exec --fresh`.
	default:
		warnDebugger()
		code, err := sandbox.Isolate(false)
		if err == nil {
			// Not os.Exit: it would write the coverage of this process, which ran
			// no test.
			syscall.Exit(code)
		}
		isolation.err = feature.Explain(err)
	}
	isolation.entered = true
}

// warnDebugger warns if a debugger traces this process, but not the re-executed one.
func warnDebugger() {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if pid, ok := strings.CutPrefix(line, "TracerPid:"); ok && strings.TrimSpace(pid) != "0" {
			fmt.Fprintln(os.Stderr, "labtest: the tests run in another process, which this debugger does not trace. "+
				"Run the debugger inside: vethlab exec --fresh -- dlv test")
		}
	}
}

// needLabs skips or fails a test if labs can't be made.
func needLabs(tb testing.TB) {
	tb.Helper()
	switch {
	case !isolation.entered:
		tb.Fatal("labtest: Main has not been called. The package needs:\n\n" +
			"\tfunc TestMain(m *testing.M) { labtest.Main(m) }\n")
	case isolation.err == nil:
	case requirement() != "":
		tb.Fatalf("labtest: cannot make labs here, and %s=%s (default on CI: 1; 0 skips the tests): %v", requireEnv, requirement(), isolation.err)
	default:
		isolation.skipped.add(tb.Name(), isolation.err)
		tb.Skipf("labtest: cannot make labs here: %v", isolation.err)
	}
}

// skipped are the tests that were skipped.
type skipped struct {
	mu      sync.Mutex
	reasons []string            // in order of appearance
	tests   map[string][]string // by reason
}

func (s *skipped) add(test string, reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := reason.Error()
	if s.tests == nil {
		s.tests = map[string][]string{}
	}
	if s.tests[text] == nil {
		s.reasons = append(s.reasons, text)
	}
	s.tests[text] = append(s.tests[text], test)
}

// print lists the skipped tests and the reasons at the end. go test caches the result:
// it does not notice when the reason no longer holds.
func (s *skipped) print() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reason := range s.reasons {
		fmt.Fprintf(os.Stderr, "labtest: skipped %s:\n  %s\n", strings.Join(s.tests[reason], ", "), reason)
	}
	if len(s.reasons) > 0 {
		fmt.Fprintln(os.Stderr, "labtest: when that is fixed, run: go test -count=1")
	}
}
