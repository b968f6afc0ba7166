package draw

import (
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

func TestSetCarriers(t *testing.T) {
	a, b := state.Endpoint{Namespace: "a", Link: "eth0"}, state.Endpoint{Namespace: "b", Link: "eth0"}
	s := state.New()
	for _, ends := range [][2]state.Endpoint{{a, b}, {b, a}} {
		s.Namespaces[ends[0].Namespace] = &state.Namespace{
			Name:  ends[0].Namespace,
			Links: map[string]*state.Link{"eth0": {Name: "eth0", Kind: state.Veth{Peer: ends[1]}, Up: true}},
		}
	}
	scene := FromState(s, nil)
	scene.SetCarriers(s, func(e state.Endpoint) bool { return e == b })
	if scene.Box("a").Port("eth0").Carrier || !scene.Box("b").Port("eth0").Carrier {
		t.Errorf("the carriers are not those reported: %+v", scene.Boxes)
	}
}
