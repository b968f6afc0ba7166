//go:build linux

package kernel_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Each command has the same effect on the kernel and on the model.
func TestNftablesAgreesWithModel(t *testing.T) {
	ns := emptyNamespace(t)
	model := state.New()
	model.Add(ns)
	for _, line := range []string{
		"add table ip f", "add table inet g",
		"add chain ip f input { type filter hook input priority 0; }",
		"add chain ip f input { policy drop; }",
		"add chain ip f side",
		"add set ip f s { type ipv4_addr; flags interval; }",
		"add element ip f s { 10.0.0.0/8, 192.168.0.1 }",
		"add element ip f s { 11.0.0.0/8 }",
		"delete element ip f s { 10.0.0.0/8 }",
		"add set ip f names { type ifname; elements = { \"eth0\", \"lo\" }; }",
		"add set ip f marks { type mark; elements = { 5, 256, 1 }; }",
		"add rule ip f input ip saddr @s counter accept",
		"add rule ip f input iifname @names accept",
		"add rule ip f input meta mark @marks accept",
		"add rule ip f input tcp dport 22 accept",
		"insert rule ip f input ip daddr 10.0.0.1 drop",
		"add rule ip f input iif lo accept",
		"delete rule ip f input tcp dport 22 accept",
		"add rule ip f side tcp dport { 1-5, 80, 90 } counter return comment \"a comment\"",
		"add rule ip f input ct state vmap { established : accept, related : jump side }",
		"add table ip f",
		"add chain ip f input { type filter hook input priority 0; }",
		"delete set ip f marks",  // in use
		"delete chain ip f side", // in use
		"flush chain ip f input",
		"delete set ip f marks",
		"delete chain ip f side",
		"flush table ip f",
		"flush set ip f s",
		"delete table inet g",
		"flush ruleset ip",
	} {
		commands, err := nft.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		p := nftables(ns, commands)
		was := model.Clone()
		err, modelErr := kernel.Apply(t.Context(), p, was, kernel.Options{}), p.Apply(model)
		if (err == nil) != (modelErr == nil) {
			t.Fatalf("%s: the kernel says %v, the model %v", line, err, modelErr)
		}
		rs, err := kernel.Nftables(ns)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(model.Namespaces[ns].Nftables.Normal().String(), rs.Normal().String()); d != "" {
			t.Fatalf("%s (-model +kernel):\n%s", line, d)
		}
	}
}

// A rule that names a link by iif is recreated with the link.
func TestNftablesRuleOfRecreatedLink(t *testing.T) {
	netnstest.Need(t)
	lab, want := pair(t)
	name := want.Names()[0]
	rs, err := nft.ParseRuleset("table ip f { chain c { iif veth0 accept; iif lo accept; }; }")
	if err != nil {
		t.Fatal(err)
	}
	want.Namespaces[name].Nftables = rs
	seen := state.New()
	step := func(p plan.Plan) {
		t.Helper()
		if err := kernel.Apply(t.Context(), p, seen, kernel.Options{}); err != nil {
			t.Fatal(err)
		}
		view, err := kernel.Observe(lab, want, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen = view.State
	}
	step(plan.Diff(seen, want))
	equal(t, seen, want)
	p := plan.Plan{plan.DelLink{Link: state.Endpoint{Namespace: name, Link: "veth0"}}}
	model := seen.Clone()
	if err := p.Apply(model); err != nil {
		t.Fatal(err)
	}
	step(p)
	equal(t, seen, model)
	step(plan.Diff(seen, want))
	equal(t, seen, want)
	clearLab(t, seen)
}

func clearLab(t *testing.T, s *state.State) {
	if _, err := kernel.Remove(t.Context(), s.Names()); err != nil {
		t.Error(err)
	}
}

// Hundreds of rules and thousands of elements are one transaction, which succeeds or
// fails as a whole; the error names the refused command.
func TestNftablesOneTransaction(t *testing.T) {
	ns := emptyNamespace(t)
	var b strings.Builder
	b.WriteString("table ip f {\nset s { type ipv4_addr; elements = { ")
	a := netip.MustParseAddr("10.0.0.1")
	for range 3000 {
		fmt.Fprintf(&b, "%s, ", a)
		a = a.Next()
	}
	b.WriteString("}; }\nchain c {\n")
	for i := range 600 {
		fmt.Fprintf(&b, "ip saddr 10.1.%d.%d tcp dport %d counter accept\n", i/256, i%256, i+1)
	}
	b.WriteString("}\n}\n")
	commands, err := nft.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	wrong := nft.Command{Verb: nft.Delete, Object: nft.AChain, Table: nft.TableID{Family: nft.IP, Name: "f"}, Name: "none"}
	err = kernel.Apply(t.Context(), nftables(ns, append(commands, wrong)), state.New(), kernel.Options{})
	var op *kernel.OpError
	if !errors.As(err, &op) || !errors.Is(err, unix.ENOENT) {
		t.Fatalf("%v", err)
	}
	if got := op.Op.(plan.Nft).Command.String(); got != wrong.String() {
		t.Errorf("the error names %s", got)
	}
	if got := listed(t, ns); got != "" {
		t.Errorf("the failed transaction left %s", got)
	}
	filter(t, nftables(ns, commands))
	want, err := nft.ParseRuleset(b.String())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.String(), listed(t, ns)); d != "" {
		t.Errorf("(-want +got):\n%.1000s", d)
	}
}
