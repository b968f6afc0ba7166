package plan

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

// Each sort of thing either has a mark in the host namespace, without which no Op that adds
// it is accepted, or a reason why a lab has none there.
func TestThingsSayTheirMarks(t *testing.T) {
	for i, thing := range things() {
		if made, refused := thing.onHost.marked != nil, thing.onHost.refused != ""; made == refused {
			t.Errorf("thing %d: has a mark: %t, has none: %t", i, made, refused)
		}
		if thing.onHost.marked != nil && thing.onHost.marked(unmarked{thing: thing}) {
			t.Errorf("thing %d: an Op without a link and a protocol number is said to mark it", i)
		}
		if err := CheckMarks(Plan{unmarked{thing: thing}}); err == nil {
			t.Errorf("thing %d: an Op without a mark is accepted", i)
		}
	}
}

// unmarked is an Op that adds a thing to the host namespace.
type unmarked struct {
	Op
	thing   *thing
	link    string
	removes bool
}

func (op unmarked) At() state.Endpoint { return state.Endpoint{Link: op.link} }
func (op unmarked) Traits() Traits     { return Traits{thing: op.thing, Removes: op.removes} }

// What lacks its mark in the host namespace is refused; what is deleted needs none.
func TestCheckMarks(t *testing.T) {
	host := func(link string) state.Endpoint { return state.Endpoint{Namespace: state.Host, Link: link} }
	inside := state.Endpoint{Namespace: "a", Link: "eth0"}
	route := state.Route{Dev: "eth0"}
	good := Plan{
		AddVeth{Ends: [2]VethEnd{{Link: inside}, {Link: host("v"), Alias: "vethlab:l/host"}}},
		AddLink{Link: host("br"), Kind: state.Bridge{}, Alias: "vethlab:l/host"},
		SetLink{Link: host("v"), Up: new(true)},
		AddAddress{Link: host("v")},
		AddRoute{Route: route, Protocol: state.Protocol},
		AddRoute{Namespace: "a", Route: route},
		DelRoute{Route: route, Protocol: BootProtocol},
		AddNeighbour{Neighbour: state.Neighbour{Dev: "v"}, Protocol: state.Protocol},
		DelNeighbour{Key: state.NeighbourKey{Dev: "v"}},
		unmarked{thing: &nftables, removes: true},
		SetSysctl{Namespace: "a"},
	}
	if err := CheckMarks(good); err != nil {
		t.Error(err)
	}
	bad := Plan{
		AddVeth{Ends: [2]VethEnd{{Link: inside}, {Link: host("v")}}},
		AddLink{Link: host("br"), Kind: state.Bridge{}},
		AddAddress{Link: host(state.Lo)},
		AddRoute{Route: route},
		AddRoute{Route: route, Protocol: BootProtocol},
		AddNeighbour{Neighbour: state.Neighbour{Dev: "v"}},
		SetSysctl{},
		Nft{},
	}
	for _, op := range bad {
		if err := CheckMarks(slices.Concat(good, Plan{op})); err == nil || !strings.HasPrefix(err.Error(), "cannot make ") {
			t.Errorf("%+v: %v", op, err)
		}
	}
}

// In the host namespace routes and neighbour entries have the number of labs, those of a
// version that had none are replaced, and no route takes the place of another.
func TestDiffMarksOnHost(t *testing.T) {
	link := func(s *state.State) *state.Namespace {
		ns := s.Add(state.Host)
		ns.Links["v"] = &state.Link{Name: "v", Kind: state.Dummy{}, MTU: 1500, Alias: "vethlab:l/host", Up: true}
		return ns
	}
	route := func(to, via string) state.Route {
		return state.Route{To: netip.MustParsePrefix(to), Via: netip.MustParseAddr(via), Dev: "v"}
	}
	now, want := state.New(), state.New()
	seen, wanted := link(now), link(want)
	kept, old, moved, unasked := route("10.1.0.0/16", "10.0.0.2"), route("10.2.0.0/16", "10.0.0.2"), route("10.3.0.0/16", "10.0.0.2"), route("10.4.0.0/16", "10.0.0.2")
	next := route("10.3.0.0/16", "10.0.0.3")
	seen.Routes, seen.Unmarked = state.Routes{kept, moved, unasked}, state.Routes{old}
	wanted.Routes = state.Routes{kept, old, next}
	neighbour := state.Neighbour{Address: netip.MustParseAddr("10.0.0.9"), MAC: [6]byte{2}, Dev: "v"}
	wanted.Neighbours = state.Neighbours{neighbour}
	p := Diff(now, want)
	expected := Plan{
		DelRoute{Route: old, Protocol: BootProtocol},
		DelRoute{Route: moved, Protocol: state.Protocol},
		DelRoute{Route: unasked, Protocol: state.Protocol},
		AddRoute{Route: old, Protocol: state.Protocol},
		AddRoute{Route: next, Protocol: state.Protocol},
		AddNeighbour{Neighbour: neighbour, Protocol: state.Protocol},
	}
	if !slices.Equal(p, expected) {
		t.Errorf("got  %+v\nwant %+v", p, expected)
	}
	if err := CheckMarks(p); err != nil {
		t.Error(err)
	}
	if err := (AddRoute{Route: old, Protocol: state.Protocol}).Apply(now); err == nil {
		t.Error("a route is added though there is one with its key")
	}
	if err := p.Apply(now); err != nil || len(now.Namespaces[state.Host].Unmarked) != 0 || len(Diff(now, want)) != 0 {
		t.Errorf("%v: %+v", err, now.Namespaces[state.Host])
	}
}
