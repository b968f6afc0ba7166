package iproute2

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// upper is a kind of link with a lower device, of which only the table of this test has a
// row.
type upper struct {
	state.Other
	lower state.Endpoint
}

func (upper) Kind() string              { return "upper" }
func (u upper) Lower() []state.Endpoint { return []state.Endpoint{u.lower} }
func (u upper) Equal(o state.Kind) bool { return o == state.Kind(u) }
func (u upper) Renamed(from, to state.Endpoint) state.Kind {
	if u.lower == from {
		u.lower = to
	}
	return u
}

// parseWithUpper parses a command that adds a link, of the kinds in linkKinds or an upper.
func parseWithUpper(line string) (plan.Plan, error) {
	list, err := split(line)
	if err != nil {
		return nil, err
	}
	kinds := maps.Clone(linkKinds())
	kinds[upper{}.Kind()] = linkKind{add: addsPlain(upper{})}
	w := &words{namespace: state.Host}
	w.List = list
	w.Skip("ip")
	if w.Skip("-n") {
		w.namespace = w.Next()
	}
	w.Skip("link")
	w.Skip("add")
	return addLink(w, kinds)
}

// A link on a lower device is printed with it, and parsed back, whichever namespaces the two
// are in.
func TestLowerDevice(t *testing.T) {
	for _, c := range []struct {
		op   plan.AddLink
		want string
	}{
		{plan.AddLink{Link: at("a", "iv0"), Kind: upper{lower: at("a", "eth0")}}, "ip -n a link add link eth0 name iv0 type upper"},
		{plan.AddLink{Link: at("a", "iv0"), MTU: 1400, Kind: upper{lower: at("", "eth0")}}, "ip link add link eth0 name iv0 mtu 1400 netns a type upper"},
		{plan.AddLink{Link: at("", "dev"), Index: 7, Kind: upper{lower: at("", "link")}}, "ip link add link link name dev index 7 type upper"},
	} {
		if got := Print(c.op); got != c.want {
			t.Errorf("printed %s, want %s", got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		o := ops{t}
		e := o.end()
		lower := o.link()
		if e.Link.Namespace == state.Host {
			lower.Namespace = state.Host // ip has no name for the host namespace
		}
		op := plan.AddLink{Link: e.Link, Index: e.Index, MAC: e.MAC, MTU: e.MTU, Kind: upper{lower: lower}}
		line := Print(op)
		got, err := parseWithUpper(line)
		if err != nil {
			t.Fatalf("parse(%s): %v", line, err)
		}
		if d := cmp.Diff(plan.Plan{op}, got, compareOps, cmp.AllowUnexported(upper{})); d != "" {
			t.Fatalf("%s (-printed +parsed)\n%s", line, d)
		}
	})
}

// A kind that has a lower device needs one, and no other kind takes one.
func TestLowerDeviceOfTheRightKinds(t *testing.T) {
	for line, want := range map[string]string{
		"ip link add iv0 type upper":            "the command ends where link and the name of the lower device should be",
		"ip link add link eth0 type upper":      "the command ends where the name of a link should be",
		"ip link add link eth0 d0 type dummy":   `word 8, "dummy": links of kind dummy have no lower device`,
		"ip link add link eth0 br0 type bridge": `word 8, "bridge": links of kind bridge have no lower device`,
		"ip link add link":                      "the command ends where the name of the lower device should be",
	} {
		if _, err := parseWithUpper(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parse(%s): %v, want %s", line, err, want)
		}
	}
}
