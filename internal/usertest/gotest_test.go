//go:build linux

package usertest

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// goTest runs go test on the package of testdata.
func goTest(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test"}, append(args, "./testdata/labs")...)...)
	cmd.Env = append(environ(), env...)
	return run(t, cmd)
}

func TestGoTest(t *testing.T) {
	needLabs(t, user{})
	profile := filepath.Join(t.TempDir(), "profile")
	for _, tt := range []struct {
		args []string
		env  []string
		code int
		want string
	}{
		{[]string{"-count=1"}, nil, 0, "ok "},
		{[]string{"-run=TestLab"}, nil, 0, "ok "},
		{[]string{"-run=TestLab"}, nil, 0, "(cached)"},
		{[]string{"-v", "-run=TestLab", "-count=2"}, nil, 0, "PID 1, user 0"},
		{[]string{"-coverprofile=" + profile}, nil, 0, "coverage: 75.0% of statements"},
		{[]string{"-run=Lab", "-exec=env SOME=thing"}, nil, 0, "ok "},
		{[]string{"-run=Fails"}, []string{"DO=TestFails"}, 1, "this test fails"},
		{[]string{"-run=Hangs", "-timeout=1s"}, []string{"DO=TestHangs", "MARK=" + newMark()}, 1, "test timed out"},
		{[]string{"-run=^$", "-bench=.", "-benchtime=10x"}, nil, 0, "BenchmarkLab"},
	} {
		out, code := goTest(t, tt.env, tt.args...)
		wants(t, out, code, tt.code, tt.want)
	}
}

// The workers of a fuzz test are children of the test program, in its namespaces.
func TestFuzzing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	needLabs(t, user{})
	out, code := goTest(t, nil, "-run=^$", "-fuzz=FuzzLab", "-fuzztime=20x", "-parallel=2")
	wants(t, out, code, 0, "PASS")
}

func TestRace(t *testing.T) {
	if testing.Short() {
		t.Skip("builds with -race")
	}
	needLabs(t, user{})
	out, code := goTest(t, nil, "-race", "-run=Lab|Subtests|Helper")
	if strings.Contains(out, "-race requires cgo") || strings.Contains(out, "C compiler") {
		t.Skip(out)
	}
	wants(t, out, code, 0, "ok ")
}

// go test -json writes only events, and those of all tests.
func TestJSON(t *testing.T) {
	needLabs(t, user{})
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "-run=Pure|Lab|Subtests", "-count=1", "./testdata/labs")
	cmd.Env = environ()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	passed := map[string]bool{}
	for line := range bytes.Lines(out) {
		var e struct{ Action, Test string }
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if e.Action == "pass" {
			passed[e.Test] = true
		}
	}
	for _, test := range []string{"", "TestPure", "TestLab", "TestSubtests", "TestSubtests/y", "FuzzLab"} {
		if !passed[test] {
			t.Errorf("test %q has no event of action pass: %s", test, out)
		}
	}
}
