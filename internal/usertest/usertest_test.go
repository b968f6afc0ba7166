//go:build linux

package usertest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// programs are the compiled test programs of the packages of testdata, in a folder
// that every user can read.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "usertest-*")
	if err != nil {
		return "", err
	}
	err = os.Chmod(dir, 0o755)
	for _, args := range [][]string{
		{"-c", "-o", dir + "/labs", "./testdata/labs"},
		{"-c", "-cover", "-o", dir + "/covered", "./testdata/labs"},
		{"-c", "-o", dir + "/nomain", "./testdata/nomain"},
	} {
		out, e := exec.Command("go", append([]string{"test"}, args...)...).CombinedOutput()
		if e != nil {
			err = errors.Join(err, fmt.Errorf("go test %v: %w\n%s", args, e, out))
		}
	}
	return dir, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, _ := programs(); dir != "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// nobody is the ordinary user of tests that root runs.
const nobody = 65534

// eachUser runs a test as root and as an ordinary user, as far as this one can.
func eachUser(t *testing.T, fn func(*testing.T, user)) {
	t.Helper()
	if os.Getuid() != 0 {
		fn(t, user{})
		return
	}
	t.Run("root", func(t *testing.T) { fn(t, user{}) })
	t.Run("nobody", func(t *testing.T) { fn(t, user{&syscall.Credential{Uid: nobody, Gid: nobody}}) })
}

// A user runs programs.
type user struct{ credential *syscall.Credential }

// command returns a command that runs a test program. It adds "-test." to each flag.
func (u user) command(t *testing.T, program string, flags ...string) *exec.Cmd {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, f := range flags {
		args = append(args, "-test."+f)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, program), args...)
	cmd.Dir = "/"
	cmd.Env = environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: u.credential, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// environ returns the environment without the variables of vethlab, CI systems and coverage.
func environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "VETHLAB_") || strings.HasPrefix(v, "CI=") || strings.HasPrefix(v, "GOCOVERDIR=")
	})
}

// run runs a command and returns what it wrote and its exit code.
func run(t *testing.T, cmd *exec.Cmd) (string, int) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// needLabs skips the test if a user can't make labs.
func needLabs(t *testing.T, u user) {
	t.Helper()
	out, code := run(t, u.command(t, "labs", "run=^TestLab$", "v"))
	if code == 0 && strings.Contains(out, "cannot make labs here") {
		t.Skip(out)
	}
}

// wants checks an exit code and that the output contains each text.
func wants(t *testing.T, out string, code, wantCode int, texts ...string) {
	t.Helper()
	texts = slices.DeleteFunc(texts, func(text string) bool { return strings.Contains(out, text) })
	if code != wantCode || len(texts) > 0 {
		t.Errorf("exit code %d, want %d; lacks %q:\n%s", code, wantCode, texts, out)
	}
}

func TestProgram(t *testing.T) {
	eachUser(t, func(t *testing.T, u user) {
		needLabs(t, u)
		for _, tt := range []struct {
			flags []string
			want  []string
		}{
			{[]string{"run=^TestLab$", "v"}, []string{"--- PASS: TestLab", "PID 1, user 0", "PASS"}},
			{[]string{"run=Subtests/[xz]", "v"}, []string{"PASS: TestSubtests/x", "PASS: TestSubtests/z"}},
			{[]string{"run=Lab|Subtests", "v", "count=3", "cpu=1,2"}, []string{"PASS: TestSubtests/y"}},
			{[]string{"run=Lab|Subtests", "short", "failfast", "shuffle=on", "parallel=8"}, []string{"PASS"}},
			{[]string{"run=TestHelper", "v"}, []string{"PASS: TestHelper", "eth0:"}},
			{[]string{"run=^$", "bench=."}, []string{"BenchmarkLab"}},
			{[]string{"run=FuzzLab", "v"}, []string{"PASS: FuzzLab/seed#0"}},
			{[]string{"list=Lab"}, []string{"TestLab\nBenchmarkLab\nFuzzLab"}},
		} {
			out, code := run(t, u.command(t, "labs", tt.flags...))
			wants(t, out, code, 0, tt.want...)
			if strings.Contains(out, "warning") {
				t.Errorf("%v: %s", tt.flags, out)
			}
		}
	})
}

// folder returns a new folder that every user can write.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	// Not below [testing.T.TempDir], which other users cannot enter.
	dir, err = os.MkdirTemp(dir, strings.ReplaceAll(t.Name(), "/", "-")+"-*") //nolint:usetesting
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The lab of a failed test logs its state, and keeps it in files with -artifacts.
func TestFailing(t *testing.T) {
	eachUser(t, func(t *testing.T, u user) {
		needLabs(t, u)
		cmd := u.command(t, "labs", "run=TestFails")
		cmd.Env = append(cmd.Env, "DO=TestFails")
		out, code := run(t, cmd)
		wants(t, out, code, 1,
			"this test fails", "lab TestFails when the test failed", "a → b", "2 tests, 2 failed",
			"ip -n TestFails.a link set eth0 up", "Do in node a: a goroutine", "labs_test.go:", "go test -artifacts keeps")

		kept := folder(t)
		cmd = u.command(t, "labs", "run=TestFails", "artifacts", "outputdir="+kept)
		cmd.Env = append(cmd.Env, "DO=TestFails")
		out, code = run(t, cmd)
		wants(t, out, code, 1, "are in "+kept)
		var names []string
		for _, file := range glob(t, kept+"/*/*/*/*") {
			names = append(names, filepath.Base(file))
			if text, err := os.ReadFile(file); err != nil || len(text) == 0 {
				t.Errorf("%s has %q, %v", file, text, err)
			}
		}
		want := []string{"differs.txt", "events.txt", "lab.yaml", "plan.sh", "report.json", "report.txt", "state.json"}
		if !slices.Equal(names, want) {
			t.Errorf("files %v in %v, want %v", names, glob(t, kept+"/*/*"), want)
		}
	})
}

// A wrong call ends the test.
func TestMistakes(t *testing.T) {
	u := user{}
	needLabs(t, u)
	for test, want := range map[string]string{
		"TestNoNode":  "no such node: c in lab TestNoNode",
		"TestMistake": `joins node "a" with itself`,
	} {
		cmd := u.command(t, "labs", "run="+test)
		cmd.Env = append(cmd.Env, "DO="+test)
		out, code := run(t, cmd)
		wants(t, out, code, 1, want)
	}
	out, code := run(t, u.command(t, "nomain"))
	wants(t, out, code, 1, "Main has not been called", "func TestMain(m *testing.M) { labtest.Main(m) }")
}

// Need skips a test by name if a feature is missing, or fails it if the feature is
// required.
func TestNeed(t *testing.T) {
	needLabs(t, user{})
	if !sandbox.Privileged() {
		t.Skip("needs root, to find a missing feature")
	}
	missing := ""
	for _, f := range feature.All() {
		if f.Err() != nil && !strings.Contains(f.Name, " ") {
			missing = f.Name
		}
	}
	if missing == "" {
		t.Skip("this machine has all features")
	}
	for _, tt := range []struct {
		name, require string
		code          int
		want          string
	}{
		{"veth", "1", 0, "PASS: TestNeeds/veth"},
		{"no such thing", "", 1, `unknown feature "no such thing" (want `},
		{missing, "", 0, "SKIP: TestNeeds/" + missing},
		{missing, "1", 0, "labtest: skipped TestNeeds/" + missing + ":\n  " + missing + ": "},
		{missing, "veth," + missing, 1, "a feature that VETHLAB_REQUIRE requires: " + missing},
		{missing, "all", 1, "FAIL: TestNeeds/" + missing},
	} {
		cmd := user{}.command(t, "labs", "v", "run=TestNeeds/"+tt.name)
		cmd.Env = append(cmd.Env, "DO=TestNeeds/"+strings.ReplaceAll(tt.name, " ", "_"), "NEED="+tt.name, "VETHLAB_REQUIRE="+tt.require)
		out, code := run(t, cmd)
		wants(t, out, code, tt.code, tt.want)
	}
}

// Coverage is that of the process that ran the tests, with each flag.
func TestCoverage(t *testing.T) {
	eachUser(t, func(t *testing.T, u user) {
		needLabs(t, u)
		dir := folder(t)
		out, code := run(t, u.command(t, "covered", "run=TestLab|TestPure", "coverprofile="+dir+"/profile"))
		wants(t, out, code, 0, "coverage: 75.0% of statements")
		if profile, err := os.ReadFile(dir + "/profile"); err != nil || !bytes.Contains(profile, []byte("labs.go")) {
			t.Errorf("the profile is %q, %v", profile, err)
		}
		cmd := u.command(t, "covered", "run=TestLab|TestPure", "gocoverdir="+dir)
		out, code = run(t, cmd)
		wants(t, out, code, 0)
		if counters := glob(t, dir+"/covcounters.*"); len(counters) != 1 {
			t.Errorf("counters are %v, want those of one process", counters)
		}
	})
}

// If labs can't be made the other tests run, and those with labs are skipped by name
// or, if labs are required, fail.
func TestNoLabs(t *testing.T) {
	out, code := run(t, without(t, user{}.command(t, "labs", "v", "run=Pure|Lab|Subtests")))
	wants(t, out, code, 0,
		"--- PASS: TestPure", "--- SKIP: TestLab", "cannot make labs here: ", "max_user_namespaces",
		"labtest: skipped TestLab, TestSubtests/")
	for _, tt := range []struct {
		env  string
		code int
		want string
	}{
		{"VETHLAB_REQUIRE=1", 1, "VETHLAB_REQUIRE=1"},
		{"VETHLAB_REQUIRE=netem", 1, "VETHLAB_REQUIRE=netem"},
		{"CI=true", 1, "VETHLAB_REQUIRE=1 (default on CI: 1"},
		{"CI=1", 1, "--- FAIL: TestLab"},
		{"CI=false", 0, "labtest: skipped TestLab"},
		{"CI=true VETHLAB_REQUIRE=0", 0, "labtest: skipped TestLab"},
		{"CI=true VETHLAB_REQUIRE=", 0, "labtest: skipped TestLab"},
	} {
		cmd := without(t, user{}.command(t, "labs", "run=Pure|Lab"))
		cmd.Env = append(cmd.Env, strings.Fields(tt.env)...)
		out, code = run(t, cmd)
		wants(t, out, code, tt.code, tt.want)
	}
}

// without makes a command run where it can't make namespaces: as an ordinary user's
// root in a user namespace whose limit of nested ones is 0.
func without(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = nobody, nobody
	}
	script := `echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"`
	cmd.Args = append([]string{"sh", "-c", script, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: gid, Size: 1}},
		Credential:  &syscall.Credential{NoSetGroups: true}, // root of it
		Pdeathsig:   syscall.SIGKILL,
	}
	try := exec.Command("/bin/sh", "-c", "true >/proc/sys/user/max_user_namespaces")
	try.SysProcAttr = cmd.SysProcAttr
	if err := try.Run(); err != nil {
		t.Skipf("needs a user namespace: %v", err)
	}
	return cmd
}
