//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// emptyNamespace makes a namespace that goes with the test.
func emptyNamespace(t *testing.T) string {
	t.Helper()
	netnstest.Need(t)
	name := netnstest.Name(t, "nft")
	if err := kernel.Apply(t.Context(), plan.Plan{plan.AddNamespace{Name: name}}, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := kernel.Remove(context.Background(), []string{name}); err != nil {
			t.Error(err)
		}
	})
	return name
}

// nftables returns commands as a plan for a namespace.
func nftables(namespace string, commands []nft.Command) plan.Plan {
	var p plan.Plan
	for _, c := range commands {
		p = append(p, plan.Nft{Namespace: namespace, Command: c})
	}
	return p
}

// filter makes changes, and skips the test by name where the kernel lacks what
// a rule needs.
func filter(t *testing.T, p plan.Plan) {
	t.Helper()
	err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{})
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) {
		var op *kernel.OpError
		errors.As(err, &op)
		t.Skipf("this kernel lacks what is needed for %q: %v", op.Op.(plan.Nft).Command, err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, namespace string) string {
	t.Helper()
	rs, err := kernel.Nftables(namespace)
	if err != nil {
		t.Fatal(err)
	}
	return rs.String()
}

// realNft runs nft in a namespace.
func realNft(t *testing.T, namespace, stdin string, args ...string) string {
	t.Helper()
	needPrograms(t, "nft")
	var out []byte
	err := netns.Do(namespace, func() error {
		cmd := exec.CommandContext(t.Context(), "nft", args...)
		cmd.Stdin = strings.NewReader(stdin)
		var err error
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		t.Fatalf("nft %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// tables calls test for each table of the rulesets that package nft has for its
// own tests.
func tables(t *testing.T, test func(t *testing.T, text string)) {
	files, err := filepath.Glob("../nft/testdata/*.nft")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range strings.SplitAfter(string(text), "\n}\n") {
			if name, _, ok := strings.Cut(table, " {"); ok {
				t.Run(name, func(t *testing.T) { test(t, table) })
			}
		}
	}
}

// What we write, we read, and nft lists.
func TestNftablesWrittenAndRead(t *testing.T) {
	tables(t, func(t *testing.T, text string) {
		ns := emptyNamespace(t)
		commands, err := nft.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		filter(t, nftables(ns, commands))
		if d := cmp.Diff(text, listed(t, ns)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if d := cmp.Diff(text, realNft(t, ns, "", "list", "ruleset")); d != "" {
			t.Errorf("as nft lists it (-want +got):\n%s", d)
		}
	})
}

// What nft writes, we read.
func TestNftablesReadsNft(t *testing.T) {
	tables(t, func(t *testing.T, text string) {
		ns := emptyNamespace(t)
		realNft(t, ns, text, "-f", "-")
		if d := cmp.Diff(text, listed(t, ns)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}
