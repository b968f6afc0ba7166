package labtest

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// requireEnv makes tests fail, instead of skipping them, where there can be no
// labs. Its value is a list of features that must be there too, or anything.
const requireEnv = "VETHLAB_REQUIRE"

// ground is where the labs of this program are made. It is set before any test
// runs.
var ground struct {
	entered bool
	refused error // why there can be none
	skipped skipped
}

// Main runs the tests of a package where they can make labs. It is to be all that
// TestMain does:
//
//	func TestMain(m *testing.M) { labtest.Main(m) }
//
// A TestMain with more to do calls [Enter] first and [testing.M.Run] itself.
func Main(m *testing.M) {
	Enter()
	m.Run()
	ground.skipped.tell()
}

// Enter makes this program go on where tests can make labs: it runs this very
// program once more, with the same arguments, in namespaces of its own, waits for
// it, and ends as it ends. There Enter returns. It is to be called before
// anything else, for what is done before it is done twice.
//
// Where namespaces can't be had Enter returns too, and [Start] skips the tests.
func Enter() {
	role := sandbox.Main()
	switch {
	case role == sandbox.Failed:
		syscall.Exit(1) // who started this program tells why
	case role == sandbox.Isolated:
		_ = os.Setenv(sandbox.IsolatedEnv, "1") // can't fail for this name
	case os.Getenv(sandbox.IsolatedEnv) != "" && sandbox.PrivateRun() && sandbox.Privileged():
		// A child of who is isolated stays there: the worker of a fuzz test, what
		// `vethlab exec --fresh` runs.
	default:
		warnDebugger()
		code, err := sandbox.Isolate(false)
		if err == nil {
			// Not os.Exit: it would write the coverage of this process, in which
			// nothing was tested.
			syscall.Exit(code)
		}
		ground.refused = feature.Explain(err)
	}
	ground.entered = true
}

// warnDebugger says where breakpoints would go.
func warnDebugger() {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if pid, ok := strings.CutPrefix(line, "TracerPid:"); ok && strings.TrimSpace(pid) != "0" {
			fmt.Fprintln(os.Stderr, "labtest: the tests run in a process of their own, which this debugger does not see. "+
				"Run the debugger inside: vethlab exec --fresh -- dlv test")
		}
	}
}

// needGround skips or fails a test where it can have no lab.
func needGround(tb testing.TB) {
	tb.Helper()
	switch {
	case !ground.entered:
		tb.Fatal("labtest: Main has not been called. The package needs:\n\n" +
			"\tfunc TestMain(m *testing.M) { labtest.Main(m) }\n")
	case ground.refused == nil:
	case os.Getenv(requireEnv) != "":
		tb.Fatalf("labtest: there can be no labs here, and %s is set: %v", requireEnv, ground.refused)
	default:
		ground.skipped.note(tb.Name(), ground.refused)
		tb.Skipf("labtest: there can be no labs here: %v", ground.refused)
	}
}

// skipped are the tests that were skipped.
type skipped struct {
	mu      sync.Mutex
	reasons []string            // in order of appearance
	tests   map[string][]string // by reason
}

func (s *skipped) note(test string, reason error) {
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

// tell says what was skipped, and why, once more at the end. What go test then keeps
// of the tests, it takes for good when the reason is gone: that is not in its view.
func (s *skipped) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, reason := range s.reasons {
		fmt.Fprintf(os.Stderr, "labtest: skipped %s:\n  %s\n", strings.Join(s.tests[reason], ", "), reason)
	}
	if len(s.reasons) > 0 {
		fmt.Fprintln(os.Stderr, "labtest: to try again when that is mended: go test -count=1")
	}
}
