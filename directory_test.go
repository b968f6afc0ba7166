package vethlab

import (
	"fmt"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

func directoryOf(t *testing.T, text string) *directory {
	t.Helper()
	lab, err := compile.Compile(topo.MustParse(text))
	if err != nil {
		t.Fatal(err)
	}
	return newDirectory(lab.State)
}

func TestDirectory(t *testing.T) {
	d := directoryOf(t, `
nodes:
  r: {kind: router, interfaces: {up: [10.1.0.1/24, 10.1.0.9/24, "fd00:1::1/64"], eth0: 10.2.0.1/24}}
  r-up: {interfaces: {eth0: 10.2.0.2/24}}
links: [["r:up", a], [r, r-up], [a, quiet]]
addressing: {ipv6: none}
`)
	for _, tt := range []struct{ from, name, want string }{
		{"a", "r", "[10.1.0.1 10.1.0.9 fd00:1::1 10.2.0.1]"},
		{"r-up", "r", "[10.2.0.1 10.1.0.1 10.1.0.9 fd00:1::1]"}, // the near one first
		{"a", "r:up", "[10.1.0.1 10.1.0.9 fd00:1::1]"},
		{"a", "r-up", "[10.2.0.2]"}, // a node's name goes before an interface's
		{"a", "r:eth0", "[10.2.0.1]"},
		{"a", "r-eth0", "[10.2.0.1]"},
		{"a", "r-up-eth0", "[10.2.0.2]"},
		{"a", "r:eth7", "[]"},
		{"a", "b", "[]"},
		{"a", "R", "[]"},
	} {
		if got := fmt.Sprint(d.lookupFrom(tt.from, tt.name)); got != tt.want {
			t.Errorf("%s looks up %s: got %s, want %s", tt.from, tt.name, got, tt.want)
		}
	}
}
