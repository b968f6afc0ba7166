package cli_test

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/cli"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// A command checks and wires its file once.
func TestFileIsCheckedOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	text := []byte("links: [[a, b]]\ntests: [{from: a, to: b}]\n")
	if err := os.WriteFile("lab.yaml", text, 0o600); err != nil {
		t.Fatal(err)
	}
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 1
	one := checks(func() { topo.MustParse(string(text)) })
	if two := checks(func() { topo.MustParse(string(text)); topo.MustParse(string(text)) }); one == 0 || two != 2*one {
		t.Fatalf("a check allocates %d objects, and two %d", one, two)
	}
	for _, command := range []string{
		"script lab.yaml", "script --down lab.yaml", "script --name other lab.yaml", "script --style tutorial lab.yaml",
		"explain lab.yaml", "explain --name other --style tutorial lab.yaml", "graph lab.yaml", "graph -o json lab.yaml",
	} {
		var out, messages bytes.Buffer
		code := 0
		got := checks(func() {
			code = cli.Main(t.Context(), strings.Fields(command), sandbox.Plain, cli.Stdio{In: strings.NewReader(""), Out: &out, Err: &messages})
		})
		if code != 0 || out.Len() == 0 || got != one {
			t.Errorf("%s: exit code %d, %d objects allocated by checks, want %d: %s", command, code, got, one, messages.String())
		}
	}
}

// checks returns how many objects the checks of labs allocate while f runs, apart from
// those of the mistakes.
func checks(f func()) int64 {
	before := checkObjects()
	f()
	return checkObjects() - before
}

func checkObjects() (n int64) {
	for range 2 { // the profile is that of the last but one collection
		runtime.GC()
	}
	size, _ := runtime.MemProfile(nil, true)
	records := make([]runtime.MemProfileRecord, 2*size)
	size, _ = runtime.MemProfile(records, true)
	for _, r := range records[:size] {
		frames := runtime.CallersFrames(r.Stack())
		for more := true; more; {
			var frame runtime.Frame
			if frame, more = frames.Next(); strings.HasSuffix(frame.Function, "/topo.newChecker") {
				n += r.AllocObjects
				break
			}
		}
	}
	return n
}
