package hosts_test

import (
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/hosts"
)

// The host is not among the nodes, and a name becomes one of a variable in any shell.
func TestLabEnv(t *testing.T) {
	s := stateOf(t, "name: l\nlinks: [[web-1, \"2.b\"], [2.b, \"host:veth9\"]]\nnodes: {web-1: {}, quiet: {}}\naddressing: {ipv6: none}\n")
	want := []string{
		"VETHLAB_LAB=l",
		"VETHLAB_NS_2_B=l.2.b", "VETHLAB_ADDR_2_B=10.0.0.2", "VETHLAB_NS_QUIET=l.quiet",
		"VETHLAB_NS_WEB_1=l.web-1", "VETHLAB_ADDR_WEB_1=10.0.0.1",
	}
	if got := hosts.LabEnv("l", s); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
