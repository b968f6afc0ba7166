package compile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			top, err := topo.Parse(file, text)
			if err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, strings.TrimSuffix(file, ".yaml")+".state.golden", describe(mustCompile(t, top)))
		})
	}
}

// describe returns all of a compiled lab as text.
func describe(lab *compile.Lab) string {
	var b strings.Builder
	for _, n := range lab.Nodes {
		ns := lab.State.Namespaces[n.Namespace]
		fmt.Fprintf(&b, "%s %s: namespace %q, %s\n", n.Kind, n.Name, n.Namespace, origin(lab, ns.Name, ""))
		if lo := ns.Links[state.Lo]; lo != nil {
			describeLink(&b, lab, ns, lo)
		}
		for _, name := range n.Interfaces {
			describeLink(&b, lab, ns, ns.Links[name])
		}
		for _, r := range ns.Routes {
			fmt.Fprintf(&b, "  route %s via %s dev %s metric %d\n", r.To, r.Via, r.Dev, r.Metric)
		}
		for _, key := range []string{state.ForwardIPv4, state.ForwardIPv6} {
			if v, ok := ns.Sysctls[key]; ok {
				fmt.Fprintf(&b, "  sysctl %s=%s\n", key, v)
			}
		}
	}
	for _, s := range lab.Segments {
		fmt.Fprintf(&b, "segment %v switches %v subnets %v\n", s.Interfaces, s.Switches, s.Subnets)
	}
	for _, t := range lab.Tests {
		for _, p := range t.Pairs {
			fmt.Fprintf(&b, "test %s -> %s %v %s\n", p.From, p.To, p.Addresses, t.Outcome())
		}
	}
	return b.String()
}

func describeLink(b *strings.Builder, lab *compile.Lab, ns *state.Namespace, l *state.Link) {
	fmt.Fprintf(b, "  %s %s up=%v mtu=%d", l.Name, l.KindName(), l.Up, l.MTU)
	if !l.MAC.IsZero() {
		fmt.Fprintf(b, " mac=%s", l.MAC)
	}
	if peer, ok := l.Peer(); ok {
		fmt.Fprintf(b, " peer=%s", peer)
	}
	if l.Master != "" {
		fmt.Fprintf(b, " master=%s", l.Master)
	}
	if l.Alias != "" {
		fmt.Fprintf(b, " alias=%s", l.Alias)
	}
	fmt.Fprintf(b, " auto-link-local=%v, %s\n", l.AutoLinkLocal, origin(lab, ns.Name, l.Name))
	for _, a := range l.Addresses {
		fmt.Fprintf(b, "    %s\n", a)
	}
}

func origin(lab *compile.Lab, namespace, link string) string {
	pos := lab.Origin(state.Endpoint{Namespace: namespace, Link: link})
	return fmt.Sprintf("line %d:%d", pos.Line, pos.Col)
}
