//go:build linux

package cli_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/cli"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// ordinaryUser returns the user of the tests that are not root: nobody, or that of
// VETHLAB_TEST_USER in a script whose limits other processes of nobody would reach.
func ordinaryUser() int {
	if id, err := strconv.Atoi(os.Getenv("VETHLAB_TEST_USER")); err == nil {
		return id
	}
	return 65534
}

func TestMain(m *testing.M) {
	role := sandbox.Main()
	if role.Over() || feature.Child() {
		return
	}
	testscript.Main(m, map[string]func(){
		"vethlab": func() { runMain(role) },
		"listen":  listen,
		"vethlab-as-nobody": func() {
			// A process that changes its user is not dumpable: it can't open its own
			// files in /proc. One that this user starts can.
			id := ordinaryUser()
			err := errors.Join(syscall.Setgid(id), syscall.Setuid(id), unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0))
			if err != nil {
				panic(err)
			}
			runMain(role)
		},
	})
}

// listen is a program that listens on a TCP port, passes the socket to a sleep(1), and
// prints its PID.
func listen() {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", os.Args[1])
	if err != nil {
		panic(err)
	}
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		panic(err)
	}
	holder := exec.Command("sleep", "60")
	holder.ExtraFiles = []*os.File{file}
	if err := holder.Start(); err != nil {
		panic(err)
	}
	fmt.Println(holder.Process.Pid)
}

// runMain runs the program with the flags of [placementEnv] added.
func runMain(role sandbox.Role) {
	netns.LockStartupThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	args := os.Args[1:]
	if os.Getenv(sandbox.IsolatedEnv) == "" { // in an isolated sandbox there is no other placement
		args = append(strings.Fields(os.Getenv(placementEnv)), args...)
	}
	os.Exit(cli.Main(ctx, args, role, cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// placementEnv holds the flags that choose the placement in a script.
const placementEnv = "VETHLAB_TEST_PLACEMENT"

// TestScript runs the scripts of testdata/script, each the specification of one command,
// twice: with labs on the machine (in an isolated sandbox) and with labs in sandboxes.
// The labs of a script are named vtc-SCRIPT or vtc-SCRIPT-…; they are removed when it
// ends. -update rewrites the expected outputs. With -short most scripts run once.
func TestScript(t *testing.T) {
	t.Run("machine", func(t *testing.T) {
		if netnstest.Isolated(t) {
			runScripts(t, "")
		}
	})
	t.Run("rootless", func(t *testing.T) {
		runScripts(t, "--rootless")
	})
}

func runScripts(t *testing.T, flags string) {
	testscript.Run(t, testscript.Params{
		Files:               scripts(t, flags),
		UpdateScripts:       golden.Update(),
		RequireExplicitExec: true,
		Condition:           func(name string) (bool, error) { return condition(flags, name) },
		Setup: func(env *testscript.Env) error {
			lab := "vtc-" + strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			env.Setenv("SHELL", "/bin/sh")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each command takes a second longer under -race
			env.Setenv(placementEnv, flags)
			// Each script has sandboxes of its own.
			runtimeDir := filepath.Join(env.WorkDir, ".run")
			env.Setenv("XDG_RUNTIME_DIR", runtimeDir)
			env.Defer(func() { removeLabs(t, lab, runtimeDir) })
			return os.Mkdir(runtimeDir, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code,
		},
	})
}

// ofPlacement finds conditions of scripts that treat the placements differently.
var ofPlacement = regexp.MustCompile(`\[!?(machine|rootless|users)\]`)

// scripts returns the files of the scripts to run with the given flags. With -short each
// script that has no condition on the placement runs in one of both only, the next script
// in the other: what its commands do to the kernel is the same in both.
func scripts(t *testing.T, flags string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d scripts: %v", len(files), err)
	}
	if !testing.Short() {
		return files
	}
	rootless, kept := false, []string(nil)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if ofPlacement.Match(text) {
			kept = append(kept, file)
			continue
		}
		if rootless == (flags != "") {
			kept = append(kept, file)
		}
		rootless = !rootless
	}
	return kept
}

// condition reports what scripts may need. root: labs can be made; machine, rootless: where
// labs are made; users: setuid to others works; ip: iproute2; nft, tbf: kernel features;
// userns: unshare(1) makes user namespaces.
func condition(flags, name string) (bool, error) {
	switch name {
	case "root":
		return flags != "" || sandbox.Privileged(), nil
	case "machine":
		return flags == "" && sandbox.Privileged(), nil
	case "users":
		return flags == "" && sandbox.Privileged() && !sandbox.Rootless(), nil
	case "rootless":
		return flags != "", nil
	case "ip":
		_, err := exec.LookPath("ip")
		return err == nil, nil
	case "nft": // in the kernel
		return kernel.TryNAT() == nil && kernel.TryConntrack() == nil, nil
	case "iptables-legacy": // and tables in the kernel
		_, err := exec.LookPath(name)
		_, missing := os.Stat("/proc/net/ip_tables_names")
		return err == nil && missing == nil, nil
	case "tbf": // and somebody to set it
		_, err := exec.LookPath("tc")
		return err == nil && kernel.TryQdisc("tbf") == nil, nil
	case "userns":
		return exec.Command("unshare", "--user", "--map-root-user", "true").Run() == nil, nil
	}
	return false, os.ErrInvalid
}

// code runs a program that must end with an exit code: code 2 vethlab up.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [args...]")
	}
	ts.Check(ts.Exec("sh", append([]string{"-c", `"$@"; c=$?; [ $c = "$0" ] || { echo "exit code $c, want $0" >&2; exit 1; }`}, args...)...))
}

// removeLabs removes labs that a script has left up. Sandboxes end when the folder of their
// records is deleted.
func removeLabs(t *testing.T, lab, runtimeDir string) {
	if err := os.RemoveAll(runtimeDir); err != nil {
		t.Error(err)
	}
	if !sandbox.Privileged() {
		return
	}
	infos, err := vethlab.List()
	if err != nil {
		t.Error(err)
	}
	for _, info := range infos {
		if info.Name != lab && !strings.HasPrefix(info.Name, lab+"-") {
			continue
		}
		if lab, err := vethlab.Find(info.Name); err != nil {
			t.Error(err)
		} else if err := lab.Down(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}
}
