package importer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/topo"
)

// A source with more nodes than a lab file is refused, with its limit and place.
func TestTooManyNodes(t *testing.T) {
	for _, s := range shapes() {
		for _, format := range importer.Formats() {
			text := s.files[format](topo.MaxNodes + 1)
			if format == importer.FormatScript { // seq and the text of a script have limits of their own
				text = fmt.Sprintf("for i in {1..%d}; do ip netns add n$i; done", topo.MaxNodes+1)
			}
			begin := time.Now()
			_, err := importer.Import(format, "", importer.File{Name: "x", Data: []byte(text), Lab: "lab"}, nil)
			if large := (*importer.TooLargeError)(nil); !errors.As(err, &large) || large.What != "nodes" || large.At.File != "x" {
				t.Errorf("%s %s: %v", format, s.name, err)
			}
			if d := time.Since(begin); d > time.Minute {
				t.Errorf("%s %s: refused after %v", format, s.name, d)
			}
		}
	}
}

// A loop that never ends is refused soon: what it makes is bounded, and the work for each
// command does not grow with what there is. A file grows by what a loop appends.
func TestEndlessLoops(t *testing.T) {
	const box = `ip netns add b$i; ip link add v$i type veth peer name e netns b$i; ip link set v$i master br0 up`
	for _, tt := range []struct{ name, script, want string }{
		{"namespaces", `for ((i = 1; iB <= 3; i++)); do ip netns add b$i; for j in {1..5}; do ip netns add b$i-$j; done; done`, "nodes"},
		{"ports", "ip link add br0 type bridge; for ((i = 1; iB <= 3; i++)); do " + box + "; done", "nodes"},
		{"links of a node", `ip netns add a; for ((i = 1; ; i++)); do ip -n a link add v$i type dummy; done`, "interfaces of node a"},
		{"links of the host", `for ((i = 1; ; i++)); do ip link add v$i type dummy; done`, "interfaces of the host"},
		{"appended text", `for i in {0..99}; do for j in {0..999}; do echo abcdefghijklmnopqrstuvwxyzabcdefghijkl >> f; done; done; sh f`, ""},
	} {
		begin := time.Now()
		_, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(tt.script)}, nil)
		large := (*importer.TooLargeError)(nil)
		if errors.As(err, &large) != (tt.want != "") || large != nil && large.What != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := time.Since(begin); d > 30*time.Second {
			t.Errorf("%s: took %v", tt.name, d)
		}
	}
}

// A lab of 1,000 nodes has all of its nodes and tests in every format, and its import
// takes no time that is quadratic: with one validation for each test it took minutes.
func TestLargeLab(t *testing.T) {
	for _, s := range shapes() {
		for _, format := range importer.Formats() {
			begin := time.Now()
			r, err := importer.Import(format, "", importer.File{Name: "x", Data: []byte(s.files[format](1000)), Lab: "lab"}, nil)
			if err != nil || len(r.Lost()) > 0 {
				t.Errorf("%s %s: %v %v", format, s.name, err, r.Lost())
				continue
			}
			file := r.File()
			if n := strings.Count(string(file), "\n  - {from: "); n < 990 && format != importer.FormatNetlab {
				t.Errorf("%s %s has %d tests", format, s.name, n)
			}
			if d := time.Since(begin); d > 30*time.Second {
				t.Errorf("%s %s took %v", format, s.name, d)
			}
			if lab, err := topo.Parse("lab.yaml", file); err != nil || len(lab.Links) != 1000 {
				t.Errorf("%s %s: %v", format, s.name, err)
			}
		}
	}
}

// Aliases that multiply the nodes of a file, and kinds that multiply its commands, are
// refused.
func TestMultipliedFiles(t *testing.T) {
	merges := "a0: &a0 {k: v}\n"
	for i := range 12 {
		merges += fmt.Sprintf("a%d: &a%d {<<: [%s]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 20))
	}
	commands := "topology:\n  defaults:\n    exec: [" + strings.Repeat("ip link set lo up, ", 1000) + "]\n  nodes:\n" +
		each(5000, func(i int) string { return fmt.Sprintf("    n%d: {kind: linux}\n", i) })
	sysctls := "topology:\n  defaults:\n    sysctls: {" + each(1000, func(i int) string { return fmt.Sprintf("net.ipv4.conf.x%d.forwarding: 1, ", i) }) +
		"}\n  nodes:\n" + each(5000, func(i int) string { return fmt.Sprintf("    n%d: {kind: linux}\n", i) })
	for _, tt := range []struct{ text, want string }{
		{"topology: {nodes: *a12}\n", "unknown anchor"},
		{merges + "topology: {nodes: *a12}\n", "aliases stand for too many"},
		{sysctls, "too many commands"},
	} {
		_, err := importer.Import(importer.FormatContainerlab, "", importer.File{Name: "x", Data: []byte(tt.text), Lab: "lab"}, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: %v, want %q", tt.text, err, tt.want)
		}
	}
	r, err := importer.Import(importer.FormatContainerlab, "", importer.File{Name: "x", Data: []byte(commands), Lab: "lab"}, nil)
	if err != nil || !strings.Contains(string(r.File()), "together they exceed the limit") {
		t.Errorf("%v", err)
	}
}
