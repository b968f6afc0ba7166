package cli_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/cli"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// nobody is the user of the tests that are not root.
const nobody = 65534

var update = flag.Bool("update", false, "rewrite the expected outputs of the scripts")

func TestMain(m *testing.M) {
	if role := sandbox.Main(); role.Over() || feature.Child() {
		return
	}
	testscript.Main(m, map[string]func(){
		"vethlab": runMain,
		"vethlab-as-nobody": func() {
			if err := syscall.Setuid(nobody); err != nil {
				panic(err)
			}
			runMain()
		},
	})
}

// runMain does what the program's main does.
func runMain() {
	netns.KeepStartupThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Main(ctx, os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// TestScript runs the scripts of testdata/script: each is the specification of
// one command. A script calls its labs vtc-<name of the script>, if there are
// several with a dash and more behind; they are removed when it ends. With
// -update the outputs that scripts compare with are rewritten.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Condition:           condition,
		Setup: func(env *testscript.Env) error {
			lab := "vtc-" + strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			env.Setenv("SHELL", "/bin/sh")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each command takes a second longer under -race
			env.Defer(func() { removeLabs(t, lab) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code,
		},
	})
}

// condition knows what scripts may need: root, ip of iproute2, user namespaces
// as unshare(1) makes them, and ground: some way to make labs.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "ip":
		_, err := exec.LookPath("ip")
		return err == nil, nil
	case "userns":
		return exec.Command("unshare", "--user", "--map-root-user", "true").Run() == nil, nil
	case "ground":
		return feature.Root.Err() == nil || feature.Rootless.Err() == nil, nil
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

// removeLabs removes what a script may have left up.
func removeLabs(t *testing.T, lab string) {
	infos, err := vethlab.List()
	if err != nil && os.Geteuid() == 0 {
		t.Error(err)
	}
	for _, info := range infos {
		if info.Name != lab && !strings.HasPrefix(info.Name, lab+"-") {
			continue
		}
		if left, err := vethlab.Find(info.Name); err != nil {
			t.Error(err)
		} else if err := left.Down(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}
}
