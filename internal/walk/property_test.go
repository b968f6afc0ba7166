package walk_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/walk"
)

// bridges returns a wiring of count bridges, one per namespace, with veth pairs between
// the given ones, and a host at each bridge b: link 2 of namespace 100+b.
func bridges(count int, pairs [][2]int32) *dump.Wiring {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}}
	for id := range int32(count) {
		own := ownMAC(at(id, bridge))
		w.Namespaces[id] = &dump.Namespace{Name: fmt.Sprint("s", id), Links: []dump.Link{{
			Index: bridge, Name: "br0", Kind: "bridge", MTU: 1500, Flags: running, Address: own[:], Info: dump.Bridge{AgeingTime: 30000},
		}}}
	}
	addLink := func(a, b dump.LinkRef, master int) {
		l := veth(a, b)
		l.Name = fmt.Sprint("p", a.Index)
		if l.Master = master; master != 0 {
			l.Port = newPort()
		}
		w.Namespaces[a.Netns].Links = append(w.Namespaces[a.Netns].Links, l)
	}
	free := func(id int32) dump.LinkRef { return at(id, bridge+len(w.Namespaces[id].Links)) }
	for id := range int32(count) {
		host, p := at(100+id, 2), free(id)
		w.Namespaces[host.Netns] = &dump.Namespace{Name: fmt.Sprint("h", id)}
		addLink(host, p, 0)
		addLink(p, host, bridge)
	}
	for _, c := range pairs {
		a := free(c[0])
		b := free(c[1])
		if c[0] == c[1] {
			b.Index++
		}
		addLink(a, b, bridge)
		addLink(b, a, bridge)
	}
	return w
}

// A loop is reported and ends the walk.
func TestLoops(t *testing.T) {
	for _, c := range []struct {
		name  string
		count int
		pairs [][2]int32
		want  walk.Reason
	}{
		{"none", 3, [][2]int32{{0, 1}, {1, 2}}, ""},
		{"a ring", 3, [][2]int32{{0, 1}, {1, 2}, {2, 0}}, walk.Loop},
		{"two pairs", 2, [][2]int32{{0, 1}, {0, 1}}, walk.Loop},
		{"a pair with both ends on one bridge", 1, [][2]int32{{0, 0}}, walk.Loop},
		{"a mesh", 5, mesh(5), walk.TooManySteps},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := bridges(c.count, c.pairs)
			steps := walk.New(w).Send(at(100, 2), walk.Frame{Src: mac(0x99), Dst: broadcastMAC})
			var got walk.Reason
			for _, s := range steps {
				if s.Reason == walk.Loop || s.Reason == walk.TooManySteps {
					got = s.Reason
				}
			}
			if got != c.want {
				t.Errorf("%q after %d steps, want %q", got, len(steps), c.want)
			}
		})
	}
}

// mesh returns three veth pairs between every two of n bridges.
func mesh(n int32) (pairs [][2]int32) {
	for a := range n {
		for b := range a {
			pairs = append(pairs, [2]int32{a, b}, [2]int32{a, b}, [2]int32{a, b})
		}
	}
	return pairs
}

// In a tree of bridges every host receives a broadcast once. A frame to a learned
// address takes the only path and reaches no other host.
func TestForwardingInTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 9).Draw(t, "bridges")
		var pairs [][2]int32
		for b := 1; b < count; b++ {
			pairs = append(pairs, [2]int32{int32(b), rapid.Int32Range(0, int32(b)-1).Draw(t, "to")})
		}
		w := bridges(count, pairs)
		n := walk.New(w)
		for range rapid.IntRange(1, 5).Draw(t, "frames") {
			a := at(100+rapid.Int32Range(0, int32(count)-1).Draw(t, "a"), 2)
			b := at(100+rapid.Int32Range(0, int32(count)-1).Draw(t, "b"), 2)
			if a == b {
				continue
			}
			steps := n.Send(a, walk.Frame{Src: ownMAC(a), Dst: broadcastMAC})
			seen := map[dump.LinkRef]int{}
			for i, s := range steps {
				if s.From >= i {
					t.Fatalf("step %d comes from %d", i, s.From)
				}
				if s.Fate == walk.Delivered {
					seen[s.At]++
				}
			}
			// Each bridge and each host except for the sender.
			if len(seen) != 2*count-1 || seen[a] != 0 {
				t.Fatalf("delivered at %v", seen)
			}
			for p, times := range seen {
				if times != 1 {
					t.Fatalf("%v received it %d times", p, times)
				}
			}
			for i, s := range n.Send(b, walk.Frame{Src: ownMAC(b), Dst: ownMAC(a)}) {
				if s.From != i-1 || s.Fate == walk.Dropped {
					t.Fatalf("the answer is flooded or dropped: %v", s)
				}
				if s.At == a && s.Fate != walk.Delivered {
					t.Fatalf("the answer is not delivered: %v", s)
				}
			}
		}
	})
}

// In damaged networks a walk ends too, the From of each step is an earlier one, each
// drop has a reason, and each passed frame has a next step.
func TestEveryDropHasReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 4).Draw(t, "bridges")
		var pairs [][2]int32
		for range rapid.IntRange(0, 4).Draw(t, "pairs") {
			end := rapid.Int32Range(0, int32(count)-1)
			pairs = append(pairs, [2]int32{end.Draw(t, "a"), end.Draw(t, "b")})
		}
		w := bridges(count, pairs)
		links := w.LinkRefs()
		for _, p := range links {
			damage(t, w, p)
		}
		n := walk.New(w)
		macs := rapid.Custom(func(t *rapid.T) (m [6]byte) {
			m = ownMAC(rapid.SampledFrom(links).Draw(t, "whose"))
			return rapid.SampledFrom([][6]byte{m, m, m, broadcastMAC, multicastMAC, {}, {0x01, 0x80, 0xc2, 0, 0, 2}}).Draw(t, "MAC")
		})
		for range rapid.IntRange(1, 4).Draw(t, "frames") {
			f := walk.Frame{Src: macs.Draw(t, "src"), Dst: macs.Draw(t, "dst"), Size: rapid.IntRange(0, 1600).Draw(t, "size")}
			steps := n.Send(rapid.SampledFrom(links).Draw(t, "from"), f)
			onward := map[int]bool{}
			for i, s := range steps {
				onward[s.From] = true
				if (s.From < 0) != (i == 0) || s.From >= i {
					t.Fatalf("step %d comes from %d", i, s.From)
				}
				if ended := s.Fate != walk.Passed && s.Fate != walk.Delivered; ended != (s.Why() != "") {
					t.Fatalf("%v: %q", s, s.Why())
				}
			}
			for i, s := range steps {
				if s.Fate == walk.Passed && !onward[i] && s.Lookup == "" {
					t.Fatalf("step %d of %v has no next step", i, steps)
				}
			}
		}
	})
}

// damage breaks a link at random.
func damage(t *rapid.T, w *dump.Wiring, p dump.LinkRef) {
	l := w.Link(p)
	chance := func(label string) bool { return rapid.IntRange(0, 7).Draw(t, label) == 0 }
	if chance("down") {
		l.Flags = 0
	}
	if chance("no carrier") {
		l.Flags &^= dump.LowerUp
	}
	if chance("kind") {
		l.Kind = "vxlan"
	}
	if chance("peer") {
		l.ParentNetns = new(int32(77))
	}
	if chance("MTU") {
		l.MTU = 1300
	}
	if l.Port != nil {
		l.Port.Hairpin, l.Port.Isolated, l.Port.Locked = chance("hairpin"), chance("isolated"), chance("locked")
		l.Port.Flood, l.Port.Learning = !chance("flood"), !chance("learning")
		if chance("state") {
			l.Port.State = rapid.Uint8Range(0, 5).Draw(t, "state")
		}
	}
}
