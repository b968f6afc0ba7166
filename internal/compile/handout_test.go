package compile_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/topo"
)

// An edit changes a lab and returns which of the moved interfaces of the edited lab it may
// move, nil for none. It reports false if it does not apply.
type edit func(*rapid.T, *topo.Topology) (allowed func(*compile.Lab, compile.Move) bool, ok bool)

// indexOfLink returns the index of the link of an interface; -1 for an
// interface without a link.
func indexOfLink(lab *compile.Lab, node, dev string) int {
	return slices.IndexFunc(lab.Links, func(l compile.Link) bool {
		return slices.ContainsFunc(l.Endpoints[:], func(e topo.Endpoint) bool { return e.Node == node && e.Interface == dev })
	})
}

// segmentOf returns the index of the segment of an interface that may have addresses.
func segmentOf(lab *compile.Lab, node, dev string) int {
	return slices.IndexFunc(lab.Segments, func(s compile.Segment) bool {
		return slices.ContainsFunc(s.Interfaces, func(e topo.Endpoint) bool { return e.Node == node && e.Interface == dev })
	})
}

// from allows moves of the interfaces of a link and of later ones. A bridge may have a
// port at one of them.
func from(link int) func(*compile.Lab, compile.Move) bool {
	return func(lab *compile.Lab, m compile.Move) bool {
		at := indexOfLink(lab, m.Node, m.Interface)
		return at < 0 || at >= link
	}
}

func addTest(t *rapid.T, top *topo.Topology) (func(*compile.Lab, compile.Move) bool, bool) {
	top.Tests = append(top.Tests, topo.Test{From: []string{topo.AllNodes}, To: []string{topo.AllNodes}})
	return nil, true
}

func makeRouter(t *rapid.T, top *topo.Topology) (func(*compile.Lab, compile.Move) bool, bool) {
	i := rapid.IntRange(0, max(len(top.Nodes)-1, 0)).Draw(t, "node")
	if len(top.Nodes) == 0 || top.Nodes[i].Kind == topo.Switch || top.Nodes[i].Name == topo.HostNode {
		return nil, false
	}
	top.Nodes[i].Kind = topo.Router
	return nil, true
}

// insertHost links a new host, anywhere in the list of links.
func insertHost(t *rapid.T, top *topo.Topology) (func(*compile.Lab, compile.Move) bool, bool) {
	if len(top.Links) == 0 {
		return nil, false
	}
	at := rapid.IntRange(0, len(top.Links)).Draw(t, "at")
	peer := rapid.SampledFrom(top.Links).Draw(t, "link").Endpoints[0].Node
	isSwitch := top.Node(peer) != nil && top.Node(peer).Kind == topo.Switch
	earlier := slices.ContainsFunc(top.Links[:at], func(l topo.Link) bool {
		return l.Endpoints[0].Node == peer || l.Endpoints[1].Node == peer
	})
	top.Links = slices.Insert(top.Links, at, cable("inserted", peer))
	return func(lab *compile.Lab, m compile.Move) bool {
		sameSegment := segmentOf(lab, m.Node, m.Interface) == segmentOf(lab, "inserted", "eth0")
		return from(at)(lab, m) && (sameSegment || !isSwitch || !earlier)
	}, true
}

// Edits move only those who come after them: the file is read from top to bottom, and what
// stands before the edit has its addresses already.
func TestEditsMoveOnlyWhatFollows(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit edit
	}{{"a test", addTest}, {"kind: router", makeRouter}, {"a host", insertHost}} {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				top := drawAny(t)
				edited := top.Clone()
				allowed, ok := tt.edit(t, edited)
				if !ok {
					t.Skip("does not apply")
				}
				before := mustCompile(t, top)
				after, err := compile.Compile(edited)
				if err != nil {
					t.Skip("a subnet is full, or a route or a test names an interface that has another name now")
				}
				for _, m := range after.Moved(before) {
					if allowed == nil || !allowed(after, m) {
						t.Fatalf("moves %s:%s from %v to %v\n%s", m.Node, m.Interface, m.Was, m.Addresses, edited.Format())
					}
				}
			})
		})
	}
}
