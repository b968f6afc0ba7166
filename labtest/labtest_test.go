//go:build linux

package labtest_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// routed is two hosts and a router between them.
func routed() *topo.Topology {
	return topo.MustParse("nodes: {r: {kind: router}}\nlinks: [[a, r], [r, b]]\ntests: [{from: a, to: b}]\n")
}

// The main calls, as a test uses them.
func TestMainCalls(t *testing.T) {
	ctx := t.Context()
	lab := labtest.Start(t, topo.MustParse(`links: [[a, r], [r, b]]
nodes: {r: {kind: router}}`))
	ln, err := lab.Node("b").Listen(ctx, "tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := lab.Node("a").Dial(ctx, "tcp", "b:80")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := lab.Node("a").Do(func() error { return wantLinks(t, "eth0") }); err != nil {
		t.Error(err)
	}
	cmd := lab.Node("b").Command(ctx, "sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Error(err)
	}
	lab.Link("a", "r").Down(ctx)
	if r := lab.Verify(ctx); r.OK() {
		t.Error("the tests pass with a link down")
	}
	lab.Link("a", "r").Up(ctx)
	edited := lab.Topology().Clone()
	edited.Links = append(edited.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: "c"}, {Node: "r"}}})
	lab.Apply(ctx, edited)
	if r := lab.Verify(ctx); !r.OK() {
		t.Error(r)
	}
	lab.Node("c")
}

// wantLinks checks the links of the calling thread's namespace, without lo.
func wantLinks(t *testing.T, want ...string) error {
	text, err := os.ReadFile("/proc/thread-self/net/dev")
	var got []string
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && name != "lo" {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("sees %v, want %v", got, want)
	}
	return err
}

// The host namespace has only lo.
func TestHostNamespace(t *testing.T) {
	labtest.Start(t, routed())
	if err := wantLinks(t); err != nil {
		t.Error(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// Labs of one topology differ only in their names, whatever name the topology has and
// however many run at the same time.
func TestSameTopology(t *testing.T) {
	desc := func(name string) *topo.Topology {
		d := routed()
		d.Name, d.Prefix = name, new("")
		return d
	}
	var mu sync.Mutex
	var all []string
	t.Run("parallel", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				one, two := labtest.Start(t, desc("x")), labtest.Start(t, desc("x"))
				if one.Name() != strings.NewReplacer("/", "-").Replace(t.Name()) || two.Name() != one.Name()+"-2" {
					t.Errorf("labs are called %s and %s", one.Name(), two.Name())
				}
				for _, lab := range []*labtest.Lab{one, two} {
					mu.Lock()
					all = append(all, addresses(t, lab))
					mu.Unlock()
				}
			})
		}
	})
	if len(all) != 16 || len(slices.Compact(all)) != 1 {
		t.Errorf("labs differ:\n%s", strings.Join(all, "\n"))
	}
}

// One check serves several labs, which are as those that Start makes.
func TestStartChecked(t *testing.T) {
	c := routed().Check()
	one, two, other := labtest.StartChecked(t, c), labtest.StartChecked(t, c), labtest.Start(t, routed())
	if one.Name() == two.Name() {
		t.Errorf("two labs are called %s", one.Name())
	}
	for _, lab := range []*labtest.Lab{one, two} {
		if got, want := addresses(t, lab), addresses(t, other); got != want {
			t.Errorf("b of %s has %s, want %s", lab.Name(), got, want)
		}
		if r := lab.Verify(t.Context()); !r.OK() {
			t.Error(r)
		}
		if got := lab.Topology().Name; got != "lab" {
			t.Errorf("the description is called %q, want lab", got)
		}
	}
}

// addresses returns the MAC and the addresses of b.
func addresses(t *testing.T, lab *labtest.Lab) string {
	t.Helper()
	s, err := lab.State()
	if err != nil {
		t.Fatal(err)
	}
	eth0, _ := s.Interface("b", "eth0")
	return fmt.Sprint(eth0.MAC, eth0.Addresses)
}

// Labs with the same addresses do not reach each other.
func TestLabsAreSeparate(t *testing.T) {
	for i := range 10 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			lab := labtest.Start(t, routed())
			ln, err := lab.Node("b").Listen(t.Context(), "tcp", ":80")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			go func() {
				for {
					conn, err := ln.Accept()
					if err != nil {
						return
					}
					fmt.Fprint(conn, lab.Name())
					conn.Close()
				}
			}()
			for range 20 {
				conn, err := lab.Node("a").Dial(t.Context(), "tcp", "10.0.0.6:80")
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(conn)
				conn.Close()
				if err != nil || string(got) != lab.Name() {
					t.Fatalf("lab %s: got an answer of %q, %v", lab.Name(), got, err)
				}
			}
		})
	}
}

// A lab and its processes end with the test.
func TestRemoved(t *testing.T) {
	var cmd *vethlab.Cmd
	var name string
	t.Run("lab", func(t *testing.T) {
		lab := labtest.Start(t, routed())
		name = lab.Name()
		cmd = lab.Node("a").Command(context.WithoutCancel(t.Context()), "sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if left := namespaces(t, name); len(left) != 3 {
			t.Errorf("namespaces %v, want 3", left)
		}
	})
	if left := namespaces(t, name); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the command ended without a signal")
		}
	case <-time.After(10 * time.Second):
		t.Error("the command still runs after 10 s")
	}
}

func namespaces(t *testing.T, lab string) []string {
	t.Helper()
	files, err := filepath.Glob("/run/netns/" + lab + ".*")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A test may take its lab down itself.
func TestDownInTest(t *testing.T) {
	lab := labtest.Start(t, routed())
	if err := lab.Down(t.Context()); err != nil {
		t.Error(err)
	}
	if left := namespaces(t, lab.Name()); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func TestFill(t *testing.T) {
	lab := labtest.Start(t, routed())
	var n struct {
		A, B   *vethlab.Node
		Router *vethlab.Node `vethlab:"r"`
		Other  string
		b      *vethlab.Node
	}
	lab.Fill(&n)
	if n.A.Name() != "a" || n.B.Name() != "b" || n.Router.Name() != "r" || n.b != nil || n.Other != "" {
		t.Errorf("got %+v", n)
	}
}

// Labs with links to the host namespace run one after the other if their subnets
// overlap. The test program itself reaches their nodes.
func TestHost(t *testing.T) {
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			d := topo.MustParse("links: [[host, a]]")
			if i%2 == 1 {
				d.Links[0].Endpoints[0].Interface = "veth0"
			}
			lab := labtest.Start(t, d)
			ln, err := lab.Node("a").Listen(t.Context(), "tcp", ":80")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			conn, err := net.DialTimeout("tcp", "10.0.0.2:80", 5*time.Second) // from the test program itself
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
		})
	}
}

// One test may have two labs with links to the host, if their subnets differ.
func TestTwoLabsWithHost(t *testing.T) {
	labtest.Start(t, topo.MustParse("links: [{endpoints: [host, a], subnet: 10.1.0.0/30}]"))
	labtest.Start(t, topo.MustParse("links: [{endpoints: [host, a], subnet: 10.2.0.0/30}]"))
}

// The same lab, as text and as Go.
func TestLiteral(t *testing.T) {
	literal := labtest.Start(t, &topo.Topology{
		Nodes: topo.Nodes{{Name: "r", Kind: topo.Router}},
		Links: []topo.Link{
			{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "r"}}},
			{Endpoints: [2]topo.Endpoint{{Node: "r"}, {Node: "b"}}},
		},
	})
	if got, want := addresses(t, literal), addresses(t, labtest.Start(t, routed())); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
