package draw_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

func stateOf(t testing.TB, text string) *state.State {
	t.Helper()
	lab, err := compile.Compile(topo.MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	return lab.State
}

func TestText(t *testing.T) {
	star := "nodes: {hub: {kind: switch}}\nlinks:\n"
	for i := range 50 {
		star += "  - [h" + string(rune('a'+i/26)) + string(rune('a'+i%26)) + ", hub]\n"
	}
	for name, text := range map[string]string{
		"pair":           `{addressing: {ipv6: none}, links: [[ns1, ns2]]}`,
		"dual-stack":     `{links: [[ns1, ns2]]}`,
		"two-cables":     `{addressing: {ipv6: none}, links: [[a, b], [a, b]]}`,
		"row":            `{addressing: {ipv6: none}, nodes: {r: {kind: router}}, links: [[a, r], [r, b]]}`,
		"switch":         `{nodes: {sw: {kind: switch}}, links: [[a, sw], [b, sw], [c, sw]]}`,
		"ring":           `{nodes: {x: {kind: router}, y: {kind: router}, z: {kind: router}}, links: [[x, y], [y, z], [z, x]]}`,
		"two-parts":      `{addressing: {ipv6: none}, nodes: {alone: {}}, links: [[a, b]]}`,
		"host":           `{links: [["host:vl0", a, {subnet: 192.0.2.0/30}]]}`,
		"star":           star,
		"router-bridge":  `{addressing: {ipv6: none}, nodes: {r: {kind: router, interfaces: {lan: {bridge: [p1, p2], addresses: 192.0.2.1/24}}}}, links: [["r:p1", a], ["r:p2", b], [r, c]]}`,
		"tree":           `{addressing: {ipv6: none}, nodes: {r: {kind: router}, s: {kind: switch}, q: {kind: switch}}, links: [[r, s], [r, q], [a, s], [b, s], [c, q]]}`,
		"mesh":           `{addressing: {ipv6: none}, nodes: {p: {kind: router}, q: {kind: router}, r: {kind: router}, s: {kind: router}}, links: [[p, q], [p, r], [p, s], [q, r], [q, s], [r, s]]}`,
		"none-addressed": `{nodes: {a: {interfaces: {eth0: []}}, b: {interfaces: {eth0: []}}}, links: [[a, b]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			golden.Compare(t, "testdata/"+name+".golden", draw.Text(draw.FromState(stateOf(t, text), nil), draw.Page{}))
		})
	}
}

func TestDownPort(t *testing.T) {
	s := stateOf(t, `{addressing: {ipv6: none}, links: [[a, b]]}`)
	s.Link(state.Endpoint{Namespace: s.Names()[0], Link: "eth0"}).Up = false
	golden.Compare(t, "testdata/down.golden", draw.Text(draw.FromState(s, nil), draw.Page{}))
	golden.Compare(t, "testdata/down-narrow.golden", draw.Text(draw.FromState(s, nil), draw.Page{Width: 20}))
}

// [Page.Name] highlights names in boxes and in trees and moves nothing.
func TestHighlightedNames(t *testing.T) {
	s := draw.FromState(stateOf(t, `{nodes: {sw: {kind: switch}}, links: [[alice, sw], [bob, sw], [carol, sw]]}`), nil)
	for _, width := range []int{100, 20} {
		plain := draw.Text(s, draw.Page{Width: width})
		loud := draw.Text(s, draw.Page{Width: width, Name: func(name string) string { return "<" + name + ">" }})
		for _, name := range []string{"alice", "bob", "carol", "sw"} {
			if !strings.Contains(loud, "<"+name+">") {
				t.Errorf("%s is not highlighted in\n%s", name, loud)
			}
		}
		if bare := strings.NewReplacer("<", "", ">", "").Replace(loud); bare != plain {
			t.Errorf("got\n%swant\n%s", bare, plain)
		}
	}
}

// In a tree too, a node whose only interface is on a lower device of another node is drawn.
func TestTreeOfRelations(t *testing.T) {
	s := draw.FromState(stateOf(t, `{nodes: {n3: {interfaces: {mv0: {macvlan: {link: "n2:eth0"}}}}}, links: [[n1, n2]]}`), nil)
	if got := draw.Text(s, draw.Page{Width: 20}); !strings.Contains(got, "\nn3, mv0 macvlan ⇢ n2:eth0\n") {
		t.Errorf("n3 is missing in\n%s", got)
	}
}

// TestAnyLab draws random labs: every node is drawn, and the same lab gives the same
// picture.
func TestAnyLab(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lab, err := compile.Compile(topotest.Topology(t))
		if err != nil {
			t.Skip(err)
		}
		width := rapid.IntRange(20, 200).Draw(t, "width")
		got := draw.Text(draw.FromState(lab.State, nil), draw.Page{Width: width})
		if again := draw.Text(draw.FromState(lab.State.Clone(), nil), draw.Page{Width: width}); got != again {
			t.Fatalf("drawn twice:\n%s\n%s", got, again)
		}
		for _, n := range lab.Nodes {
			if !strings.Contains(got, n.Name) {
				t.Fatalf("%s is missing in\n%s", n.Name, got)
			}
		}
		for line := range strings.Lines(got) {
			if n := words.Columns(strings.TrimRight(line, "\n")); n > width && strings.ContainsAny(line, "┌┐┘●") {
				t.Fatalf("%d columns and not %d:\n%s", n, width, got)
			}
		}
	})
}
