package importer_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
)

func differences(want, got *state.State) string {
	return cmp.Diff(decompile.Essence(want), decompile.Essence(got), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

// Importing the script of a lab gives the lab.
func TestScriptOfALab(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab, err := compile.Compile(topotest.Draw(t, topotest.Options{HostLinks: true}))
		if err != nil {
			t.Skip(err)
		}
		for _, ns := range lab.State.Namespaces {
			if ns.Name == state.Host && len(ns.Routes) > 0 || ownGateway(ns) {
				t.Skip("the kernel refuses such a route")
			}
		}
		script := iproute2.Script(plan.Diff(state.New(), lab.State))
		r, err := importer.Script(lab.Name, importer.File{Name: "lab.sh", Data: []byte(script)}, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, script)
		}
		if lost := r.Lost(); len(lost) > 0 {
			t.Fatalf("%v\n%s", lost, script)
		}
		got, err := compile.Compile(r.Topology)
		if err != nil {
			t.Fatalf("%v\n%s", err, r.File())
		}
		if !decompile.Same(lab.State, got.State) {
			t.Fatalf("%s\n%s\n(-want +got):\n%s", script, r.File(), differences(lab.State, got.State))
		}
	})
}

// ownGateway reports whether a route of ns is via an address of ns.
func ownGateway(ns *state.Namespace) bool {
	for _, r := range ns.Routes {
		for _, l := range ns.Links {
			if slices.ContainsFunc(l.Addresses, func(p netip.Prefix) bool { return p.Addr() == r.Via }) {
				return true
			}
		}
	}
	return false
}

// Importing runs no command of a script and reads no file but by Source.
func TestCanary(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	canary := filepath.Join(dir, "canary")
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("ip netns add leaked\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CANARY_SECRET", "leaked")
	for _, line := range []string{
		"touch CANARY", "echo x > CANARY", "x=$(touch CANARY)", "x=`touch CANARY`", `eval "touch CANARY"`, "exec touch CANARY",
		"exec 3> CANARY", "cat <(touch CANARY)", "tee >(touch CANARY) </dev/null", "(touch CANARY) &", ": > CANARY", "echo >> CANARY",
		"sh -c 'touch CANARY'", "bash -c \"echo > CANARY\"", "ip netns add a; ip netns exec a touch CANARY",
		"ip netns add a; ip netns exec a sh -c 'touch CANARY'", "echo x | tee CANARY", "cp SECRET CANARY", "trap 'touch CANARY' EXIT",
		"source SECRET", ". SECRET", "ip -batch SECRET", "sh SECRET", "x=$(<SECRET); ip netns add $x", "read x < SECRET; eval $x",
		"ip netns add $CANARY_SECRET", "coproc touch CANARY", "mapfile x < SECRET; ip netns add ${x[2]}", "printf x > CANARY",
		"find . -name x -exec touch CANARY \\;", "env touch CANARY", "sudo -u nobody touch CANARY", "ip netns add *", "cat SECRET | sh",
	} {
		text := strings.NewReplacer("CANARY_SECRET", "CANARY_SECRET", "CANARY", canary, "SECRET", secret).Replace(line)
		if strings.Contains(line, "CANARY_SECRET") {
			text = line
		}
		source := func(string) (string, error) { return "", errors.New("no file may be read") }
		r, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(text), Source: source}, nil)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if r.Topology.Node("leaked") != nil {
			t.Errorf("%s: the script has read a file or variable of the host", line)
		}
		after, err := os.ReadDir(dir)
		if err != nil || len(after) != len(before) {
			t.Fatalf("%s: the folder contains %v", line, after)
		}
	}
}

// Importing a script with an endless loop or recursion ends.
func TestEndlessScript(t *testing.T) {
	for _, script := range []string{
		"while true; do :; done; ip netns add a",
		"until false; do x=$x$x; done; ip netns add a",
		"for ((;;)); do ip netns add a; done",
		"for i in {1..99999999}; do ip netns add a$i; done",
		"for i in $(seq 1 99999999); do ip netns add a; done",
		"f() { f; }; f",
		"f() { f | f; }; f",
		"x=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; do x=$x$x; done",
		"printf '%99999999d' 1; printf '%*d' 99999999 1",
		"eval 'eval \"$0\"'; a[99999999]=1; echo ${a[@]}",
		"f() { eval f; }; f",
		"while read x; do echo $x; done <<< \"$(yes)\"",
	} {
		if _, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(script)}, nil); err != nil {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// A script is refused with an error or gives a lab that compiles.
func FuzzScript(f *testing.F) {
	files, err := filepath.Glob("testdata/scripts/*.sh")
	if err != nil || len(files) == 0 {
		f.Fatal("no scripts", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, script string) {
		source := func(string) (string, error) { return "", errors.New("no file may be read") }
		r, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(script), Source: source}, []string{"up"})
		if err != nil {
			return
		}
		if _, err := compile.Compile(r.Topology); err != nil {
			t.Errorf("%v\n%s", err, r.File())
		}
		for line := range strings.SplitSeq(string(r.File()), "\n") {
			if strings.ContainsRune(line, '\r') {
				t.Errorf("a line contains a carriage return: %q", line)
			}
		}
	})
}

// A topology file of another tool is refused with an error or gives a valid lab.
func FuzzTopologyFiles(f *testing.F) {
	for _, pattern := range []string{"testdata/others/*.yml", "testdata/others/lans/lab.conf"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal("no files", err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := func(string) (string, error) { return "ip addr add 10.0.0.1/24 dev eth0", nil }
		for _, format := range importer.Formats() {
			if format == importer.FormatScript {
				continue
			}
			r, err := importAs(format, importer.File{Name: "x.yml", Data: []byte(text), Lab: "lab", Source: source}, nil)
			if err != nil {
				continue
			}
			if err := r.Topology.Validate(); err != nil {
				t.Errorf("%s: %v\n%s", format, err, r.File())
			}
		}
	})
}
