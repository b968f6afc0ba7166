package walk_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/walk"
)

// bridges returns a wiring of bridges, one per namespace, with the cables between
// them that are given by their numbers, and a host at each: link 2 of namespace 100
// and the bridge's number.
func bridges(count int, cables [][2]int32) *dump.Wiring {
	w := &dump.Wiring{Namespaces: map[int32]*dump.Namespace{}}
	for id := range int32(count) {
		own := ownMAC(at(id, bridge))
		w.Namespaces[id] = &dump.Namespace{Name: fmt.Sprint("s", id), Links: []dump.Link{{
			Index: bridge, Name: "br0", Kind: "bridge", MTU: 1500, Flags: works, Address: own[:], Info: dump.Bridge{AgeingTime: 30000},
		}}}
	}
	plug := func(a, b dump.LinkRef, master int) {
		l := veth(a, b)
		l.Name = fmt.Sprint("p", a.Index)
		if l.Master = master; master != 0 {
			l.Port = freshPort()
		}
		w.Namespaces[a.Netns].Links = append(w.Namespaces[a.Netns].Links, l)
	}
	free := func(id int32) dump.LinkRef { return at(id, bridge+len(w.Namespaces[id].Links)) }
	for id := range int32(count) {
		host, p := at(100+id, 2), free(id)
		w.Namespaces[host.Netns] = &dump.Namespace{Name: fmt.Sprint("h", id)}
		plug(host, p, 0)
		plug(p, host, bridge)
	}
	for _, c := range cables {
		a := free(c[0])
		b := free(c[1])
		if c[0] == c[1] {
			b.Index++
		}
		plug(a, b, bridge)
		plug(b, a, bridge)
	}
	return w
}

// A loop is said, and ends the walk.
func TestLoops(t *testing.T) {
	for _, c := range []struct {
		name   string
		count  int
		cables [][2]int32
		want   walk.Reason
	}{
		{"none", 3, [][2]int32{{0, 1}, {1, 2}}, ""},
		{"a ring", 3, [][2]int32{{0, 1}, {1, 2}, {2, 0}}, walk.Loop},
		{"two cables", 2, [][2]int32{{0, 1}, {0, 1}}, walk.Loop},
		{"a cable to itself", 1, [][2]int32{{0, 0}}, walk.Loop},
		{"a mesh", 5, mesh(5), walk.TooManySteps},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := bridges(c.count, c.cables)
			steps := walk.New(w).Send(at(100, 2), walk.Frame{Src: mac(0x99), Dst: everybody})
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

// mesh returns three cables between every two of n bridges.
func mesh(n int32) (cables [][2]int32) {
	for a := range n {
		for b := range a {
			cables = append(cables, [2]int32{a, b}, [2]int32{a, b}, [2]int32{a, b})
		}
	}
	return cables
}

// In a tree of bridges all that are on receive what is for all, once each; what is
// for one that has spoken takes the one way there and comes to nobody else.
func TestTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 9).Draw(t, "bridges")
		var cables [][2]int32
		for b := 1; b < count; b++ {
			cables = append(cables, [2]int32{int32(b), rapid.Int32Range(0, int32(b)-1).Draw(t, "to")})
		}
		w := bridges(count, cables)
		n := walk.New(w)
		for range rapid.IntRange(1, 5).Draw(t, "frames") {
			a := at(100+rapid.Int32Range(0, int32(count)-1).Draw(t, "a"), 2)
			b := at(100+rapid.Int32Range(0, int32(count)-1).Draw(t, "b"), 2)
			if a == b {
				continue
			}
			steps := n.Send(a, walk.Frame{Src: ownMAC(a), Dst: everybody})
			seen := map[dump.LinkRef]int{}
			for i, s := range steps {
				if s.From >= i {
					t.Fatalf("step %d comes from %d", i, s.From)
				}
				if s.Fate == walk.Delivered {
					seen[s.At]++
				}
			}
			// The stack of each bridge and each host but the sender.
			if len(seen) != 2*count-1 || seen[a] != 0 {
				t.Fatalf("delivered at %v", seen)
			}
			for p, times := range seen {
				if times != 1 {
					t.Fatalf("%v has it %d times", p, times)
				}
			}
			for i, s := range n.Send(b, walk.Frame{Src: ownMAC(b), Dst: ownMAC(a)}) {
				if s.From != i-1 || s.Fate == walk.Dropped {
					t.Fatalf("the answer leaves its way: %v", s)
				}
				if s.At == a && s.Fate != walk.Delivered {
					t.Fatalf("the answer is not taken: %v", s)
				}
			}
		}
	})
}

// Whatever is broken, a walk ends, each step but the first comes from one before,
// what ends has its reason in words, and what is passed on goes somewhere.
func TestEveryStepIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 4).Draw(t, "bridges")
		var cables [][2]int32
		for range rapid.IntRange(0, 4).Draw(t, "cables") {
			end := rapid.Int32Range(0, int32(count)-1)
			cables = append(cables, [2]int32{end.Draw(t, "a"), end.Draw(t, "b")})
		}
		w := bridges(count, cables)
		places := w.LinkRefs()
		for _, p := range places {
			damage(t, w, p)
		}
		n := walk.New(w)
		macs := rapid.Custom(func(t *rapid.T) (m [6]byte) {
			m = ownMAC(rapid.SampledFrom(places).Draw(t, "whose"))
			return rapid.SampledFrom([][6]byte{m, m, m, everybody, some, {}, {0x01, 0x80, 0xc2, 0, 0, 2}}).Draw(t, "MAC")
		})
		for range rapid.IntRange(1, 4).Draw(t, "frames") {
			f := walk.Frame{Src: macs.Draw(t, "src"), Dst: macs.Draw(t, "dst"), Size: rapid.IntRange(0, 1600).Draw(t, "size")}
			steps := n.Send(rapid.SampledFrom(places).Draw(t, "from"), f)
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
					t.Fatalf("step %d of %v goes nowhere", i, steps)
				}
			}
		}
	})
}

// damage changes a link in some of the ways that links break.
func damage(t *rapid.T, w *dump.Wiring, p dump.LinkRef) {
	l := w.Link(p)
	odd := func(label string) bool { return rapid.IntRange(0, 7).Draw(t, label) == 0 }
	if odd("down") {
		l.Flags = 0
	}
	if odd("no carrier") {
		l.Flags &^= dump.LowerUp
	}
	if odd("kind") {
		l.Kind = "vxlan"
	}
	if odd("peer") {
		l.ParentNetns = new(int32(77))
	}
	if odd("MTU") {
		l.MTU = 1300
	}
	if l.Port != nil {
		l.Port.Hairpin, l.Port.Isolated, l.Port.Locked = odd("hairpin"), odd("isolated"), odd("locked")
		l.Port.Flood, l.Port.Learning = !odd("flood"), !odd("learning")
		if odd("state") {
			l.Port.State = rapid.Uint8Range(0, 5).Draw(t, "state")
		}
	}
}
