//go:build linux

package vethlab_test

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/kernel/kerneltest"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// editedTime bounds how long labs are drawn.
const editedTime = 15 * time.Second

// After Up with random descriptions, one after the other, all that can be read of a lab's
// namespaces is as after Up with the last description alone.
func TestEditedLabIsAsFresh(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	end := time.Now().Add(editedTime)
	rapid.Check(t, func(t *rapid.T) {
		if time.Now().After(end) {
			return
		}
		all := []*topo.Topology{drawLab(t, name)}
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			next := topotest.Edit(t, all[len(all)-1])
			if rapid.IntRange(0, 3).Draw(t, "anew") == 0 {
				next = drawLab(t, name)
			}
			all = append(all, makeable(t, next))
		}
		edited := through(t, all...)
		fresh := through(t, all[len(all)-1])
		if d := lastingDiff(fresh, edited); d != "" {
			t.Fatalf("after all (-last alone +all):\n%s\nof\n%s", d, texts(all))
		}
	})
}

func drawLab(t *rapid.T, name string) *topo.Topology {
	top := topotest.Draw(t, topotest.Options{MaxNodes: 5, ExtraLinks: 2, Without: kerneltest.MissingKinds()})
	top.Name, top.Prefix = name, nil
	return makeable(t, top)
}

// makeable returns a lab that this kernel can make, and whose links work at once: a
// bridge with STP takes 4 s at least. It skips a lab with a gateway that is the node
// itself, which the kernel refuses.
func makeable(t *rapid.T, top *topo.Topology) *topo.Topology {
	top = top.Clone()
	for n := range top.Nodes {
		node := &top.Nodes[n]
		if !kerneltest.HasFilters() {
			node.Nftables = ""
		}
		for _, i := range node.Interfaces {
			if b, ok := i.Kind.(*topo.Bridge); ok {
				b.STP, b.ForwardDelay = false, 0
			}
		}
	}
	if _, err := vethlab.New(top); err != nil {
		t.Skip(err)
	}
	c, err := compile.Compile(top)
	if err != nil {
		t.Skip(err)
	}
	for _, ns := range c.State.Namespaces {
		for _, r := range ns.Routes {
			if ns.Owns(r.Via) {
				t.Skip("a gateway is the node itself")
			}
		}
	}
	return top
}

// texts returns descriptions as the files that they could be read from.
func texts(all []*topo.Topology) string {
	var b strings.Builder
	for _, top := range all {
		fmt.Fprintf(&b, "---\n%s", top.Format())
	}
	return b.String()
}

func lastingDiff(want, got map[string]reading) string {
	return gocmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

// A reading is what a namespace contains.
type reading struct {
	Dump    *dump.Namespace
	Sysctls map[string]string // by path below /proc/sys/net
	Nft     string
}

// through applies the descriptions one after the other, each by a new Lab, and returns
// all that can be read of the nodes at the end.
func through(t *rapid.T, all ...*topo.Topology) map[string]reading {
	var lab *vethlab.Lab
	for _, top := range all {
		var err error
		if lab, err = vethlab.New(top); err != nil {
			t.Fatal(err)
		}
		if _, err := lab.Up(t.Context()); err != nil {
			t.Fatalf("%v\nin the last of\n%s", err, texts(all))
		}
	}
	defer func() {
		if err := lab.Down(t.Context()); err != nil {
			t.Fatal(err)
		}
	}()
	if change, err := lab.Plan(); err != nil || !change.Empty() {
		t.Fatalf("a second plan: %v, %v", change, err)
	}
	view, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]reading{}
	for node, namespace := range hosts.Namespaces(view.State) {
		if namespace != state.Host {
			found[node] = read(t, view.State, namespace)
		}
	}
	return found
}

func read(t *rapid.T, s *state.State, namespace string) reading {
	d, err := kernel.Dump(namespace)
	if err != nil {
		t.Fatal(err)
	}
	r := reading{Dump: lasting(d, s.Namespaces[namespace], s), Sysctls: map[string]string{}}
	if err := netns.Do(namespace, func() error { return readAll(r.Sysctls) }); err != nil {
		t.Fatal(err)
	}
	rules, err := kernel.Nftables(namespace)
	if err != nil {
		t.Fatal(err)
	}
	r.Nft = rules.Stateless().String()
	return r
}

// multicast is RTN_MULTICAST (linux/rtnetlink.h).
const multicast = 5

// nudPermanent is NUD_PERMANENT (linux/neighbour.h).
const nudPermanent = 0x80

// lasting returns the dump of a namespace of s without what traffic and time change, and
// without the flags and routes of links that have no carrier: a bridge that never had one
// says that it has one, and the kernel keeps some routes of a link that has lost it. Links
// have numbers by the order of their names, as an edited lab keeps its indexes.
func lasting(d *dump.Namespace, ns *state.Namespace, s *state.State) *dump.Namespace {
	slices.SortFunc(d.Links, func(a, b dump.Link) int { return cmp.Compare(a.Name, b.Name) })
	number := map[int]int{}
	for i, l := range d.Links {
		number[l.Index] = i + 1
	}
	down := map[int]bool{}
	for i := range d.Links {
		l := &d.Links[i]
		if !s.Carrier(state.Endpoint{Namespace: ns.Name, Link: l.Name}) {
			l.Flags, l.OperState, down[i+1] = 0, "", true
		}
		l.Index, l.Master = number[l.Index], number[l.Master]
		l.Parent, l.ParentNetns, l.Stats, l.Port = 0, nil, nil, nil
		// A bridge says "unknown" until it loses its carrier once, and takes the limits of
		// the ports that it has had.
		l.TSOMaxSize, l.TSOMaxSegs, l.GSOMaxSize, l.GSOMaxSegs = 0, 0, 0, 0
		if l.OperState == "unknown" {
			l.OperState = "up"
		}
		if l.Qdisc == "noop" { // until the moment after its first carrier (dev_activate)
			l.Qdisc = "noqueue"
		}
	}
	for i := range d.Addresses {
		d.Addresses[i].Index = number[d.Addresses[i].Index]
	}
	for i := range d.Routes {
		d.Routes[i].Index = number[d.Routes[i].Index]
		d.Routes[i].Flags = 0 // RTNH_F_LINKDOWN follows the carrier a moment later
	}
	d.Peers, d.FDB = nil, nil
	d.Neighbours = slices.DeleteFunc(d.Neighbours, func(n dump.Neighbour) bool { return n.State != nudPermanent })
	for i := range d.Neighbours {
		d.Neighbours[i].Index = number[d.Neighbours[i].Index]
	}
	slices.SortFunc(d.Addresses, func(a, b dump.Address) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), a.Prefix.Compare(b.Prefix))
	})
	d.Routes = slices.DeleteFunc(d.Routes, func(r dump.Route) bool { return down[r.Index] || r.Type == multicast })
	slices.SortStableFunc(d.Routes, func(a, b dump.Route) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), a.To.Compare(b.To), cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.Index, b.Index))
	})
	slices.SortFunc(d.Neighbours, func(a, b dump.Neighbour) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), a.To.Compare(b.To))
	})
	return d
}

// Up deletes no namespace in which a process runs, and changes nothing else then.
func TestUpSparesProcesses(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	lab := parse(t, "name: "+name+"\nlinks: [[a, b], [a, c]]\n")
	up(t, lab)
	b, err := lab.Node("b")
	if err != nil {
		t.Fatal(err)
	}
	sleep := b.Command(t.Context(), "sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"without b":               "links: [[a, c]]\n",
		"with another prefix":     "prefix: " + name + "-\nlinks: [[a, b], [a, c]]\n",
		"with another node there": "nodes: {b: {namespace: " + name + ".d}}\nlinks: [[a, b], [a, c]]\n",
	} {
		next, err := topo.Parse("lab.yaml", []byte("name: "+name+"\n"+text))
		if err != nil {
			t.Logf("%s: %v", what, err)
			continue
		}
		_, err = newLab(t, next).Up(t.Context())
		if want := fmt.Sprintf("cannot delete namespace %s.b: processes run in it: sleep (%d)", name, sleep.Process.Pid); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
		isUp(t, lab)
	}
	if err := sleep.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = sleep.Wait()
	smaller := parse(t, "name: "+name+"\nlinks: [[a, c]]\n")
	up(t, smaller)
	down(t, smaller)
}

// After an Up that was interrupted while it waited for links, another one waits for them
// though nothing is left to change.
func TestUpWaitsAgain(t *testing.T) {
	netnstest.Need(t)
	name := netnstest.LabName(t)
	up(t, parse(t, "name: "+name+"\nlinks: [[a, b]]\n"))
	lab := parse(t, "name: "+name+"\nlinks: [[a, b], [a, sw]]\nnodes: {sw: {kind: switch, interfaces: {br0: {stp: true, forward_delay: 2s}}}}\n")
	short, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := lab.Up(short); err == nil {
		t.Fatal("the bridge forwards at once, with STP")
	}
	if p, err := lab.Plan(); err != nil || !p.Empty() {
		t.Fatalf("left to change: %v, %v", p, err)
	}
	up(t, lab)
	view, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	if br0 := view.Runtime[state.Endpoint{Namespace: name + ".sw", Link: "br0"}]; !br0.Carrier {
		t.Errorf("after Up the bridge is %s", br0.State)
	}
	down(t, lab)
}
