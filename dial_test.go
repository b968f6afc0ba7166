//go:build linux

package vethlab_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// routed is two hosts and a router between them.
const routed = "nodes: {r: {kind: router}}\nlinks: [[a, r], [r, b]]\n"

// running makes a lab that is removed after the test.
func running(tb testing.TB, text string) *vethlab.Lab {
	tb.Helper()
	netnstest.Need(tb)
	t := topo.MustParse(text)
	t.Name = netnstest.LabName(tb)
	lab := newLab(tb, t)
	tb.Cleanup(func() {
		if err := lab.Drop(tb.Context()); err != nil {
			tb.Error(err)
		}
	})
	if _, err := lab.Up(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return lab
}

func node(tb testing.TB, lab *vethlab.Lab, name string) *vethlab.Node {
	tb.Helper()
	n, err := lab.Node(name)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// echo returns the data that arrives at a port of a node.
func echo(tb testing.TB, n *vethlab.Node, network, address string) net.Addr {
	tb.Helper()
	ln, err := n.Listen(tb.Context(), network, address)
	if err != nil {
		tb.Fatal(err)
	}
	var wg sync.WaitGroup
	tb.Cleanup(wg.Wait)
	tb.Cleanup(func() { ln.Close() })
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				// Only as Writer: else pipes are used, and kept for later.
				_, _ = io.Copy(struct{ io.Writer }{conn}, conn)
			})
		}
	})
	return ln.Addr()
}

// ask sends a line, expects it back, and returns the remote address.
func ask(n *vethlab.Node, tb testing.TB, network, address string) (net.Addr, error) {
	conn, err := n.Dial(tb.Context(), network, address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	const busy = 60 * time.Second // hundreds may ask at once, on one emulated processor
	if err := conn.SetDeadline(time.Now().Add(busy)); err != nil {
		return nil, err
	}
	want := "from " + n.Name()
	if _, err := io.WriteString(conn, want); err != nil {
		return nil, err
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
		return nil, fmt.Errorf("got %q, %w", got, err)
	}
	return conn.RemoteAddr(), nil
}

func TestDial(t *testing.T) {
	lab := running(t, routed)
	a, b, r := node(t, lab, "a"), node(t, lab, "b"), node(t, lab, "r")
	echo(t, b, "tcp", ":80")
	echo(t, b, "tcp4", "127.0.0.1:81")
	echo(t, r, "tcp6", "r:eth1:80")
	for _, tt := range []struct {
		from             *vethlab.Node
		network, address string
		want             string // the remote address, or a part of the error
	}{
		{a, "tcp", "b:80", "10.0.0.6:80"},
		{a, "tcp4", "b:80", "10.0.0.6:80"},
		{a, "tcp6", "b:80", "[fd00:0:0:1::2]:80"},
		{a, "tcp", "b:eth0:80", "10.0.0.6:80"},
		{a, "tcp", "b-eth0:80", "10.0.0.6:80"},
		{a, "tcp", "10.0.0.6:80", "10.0.0.6:80"},
		{a, "tcp", "[fd00:0:0:1::2]:80", "[fd00:0:0:1::2]:80"},
		{b, "tcp", "localhost:81", "127.0.0.1:81"},
		{b, "tcp", ":81", "127.0.0.1:81"},
		{a, "tcp", "r:80", "[fd00:0:0:1::1]:80"}, // the only one of four that listens
		{a, "tcp", "b:81", "connection refused"},
		{a, "tcp", "c:80", "no such host"},
		{a, "tcp", "b", "missing port"},
		{a, "tcp4", "[fd00::1]:80", "no suitable address"},
		{a, "tcp", "10.9.9.9:80", "unreachable"},
		{b, "tcp", "[fe80::1%eth7]:80", "no such network interface"},
	} {
		got, err := ask(tt.from, t, tt.network, tt.address)
		if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && got.String() != tt.want {
			t.Errorf("%s dials %s %s: got %v, %v, want %s", tt.from.Name(), tt.network, tt.address, got, err, tt.want)
		}
	}
	_, err := a.Dial(t.Context(), "tcp", "c:80")
	if dns := (*net.DNSError)(nil); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("an unknown name: %v, want a DNSError", err)
	}
}

// The zone of a link-local address is the name of an interface in the node.
func TestDialZone(t *testing.T) {
	lab := running(t, routed)
	view, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	r := node(t, lab, "r")
	echo(t, r, "tcp", ":80")
	for _, addr := range view.State.Namespaces[r.Namespace()].Links["eth0"].Addresses {
		if addr.Addr().IsLinkLocalUnicast() {
			if _, err := ask(node(t, lab, "a"), t, "tcp", fmt.Sprintf("[%s%%eth0]:80", addr.Addr())); err != nil {
				t.Error(err)
			}
			return
		}
	}
	t.Error("r has no link-local address")
}

func TestListenPacket(t *testing.T) {
	lab := running(t, routed)
	b, err := node(t, lab, "b").ListenPacket(t.Context(), "udp", ":53")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a, err := node(t, lab, "a").Dial(t.Context(), "udp", "b:53")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := b.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	n, from, err := b.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "hello" || from.(*net.UDPAddr).IP.String() != "10.0.0.1" {
		t.Errorf("got %q from %v, %v", buf[:n], from, err)
	}
}

// The options that package net sets on sockets of its own are set on a node's too:
// a port can be listened on again at once, both families at the same time, and
// datagrams can go to all.
func TestSocketOptions(t *testing.T) {
	lab := running(t, routed)
	a, b := node(t, lab, "a"), node(t, lab, "b")
	for range 2 { // the second time with connections of the first left
		ln, err := b.Listen(t.Context(), "tcp", ":80")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() {
			conn, err := ln.Accept()
			if err == nil {
				err = conn.Close() // who closes first keeps the port for a minute
			}
			served <- err
		}()
		conn, err := a.Dial(t.Context(), "tcp4", "b:80")
		if err != nil {
			t.Fatal(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if _, err := io.ReadAll(conn); err != nil {
			t.Error(err)
		}
		conn.Close()
		ln.Close()
	}
	if ln, err := b.Listen(t.Context(), "tcp4", ":80"); err != nil {
		t.Error(err)
	} else {
		defer ln.Close()
		echo(t, b, "tcp6", ":80")
	}
	pc, err := a.ListenPacket(t.Context(), "udp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	if _, err := pc.WriteTo([]byte("all"), &net.UDPAddr{IP: net.IPv4bcast, Port: 9}); err != nil && !errors.Is(err, syscall.ENETUNREACH) {
		t.Error(err)
	}
	if _, err := pc.WriteTo([]byte("all"), &net.UDPAddr{IP: net.IPv4(10, 0, 0, 3), Port: 9}); err != nil {
		t.Error(err)
	}
}

// Concurrent dials get working sockets, and none leaks.
func TestDialMany(t *testing.T) {
	lab := running(t, routed)
	a, b := node(t, lab, "a"), node(t, lab, "b")
	echo(t, b, "tcp", ":80")
	echo(t, a, "tcp", ":80")
	var wg sync.WaitGroup
	for i := range 200 {
		from, to := a, "b:80"
		if i%2 == 1 {
			from, to = b, "a:80"
		}
		wg.Go(func() {
			for range 5 {
				if _, err := ask(from, t, "tcp", to); err != nil {
					t.Errorf("from %s: %v", from.Name(), err)
				}
			}
		})
	}
	wg.Wait()
}

// Dial finds the one address that answers, and leaves no thread waiting for the others.
func TestDialDeadAddress(t *testing.T) {
	lab := running(t, "nodes: {b: {interfaces: {eth0: [10.1.0.2/24, 10.1.0.3/24, 10.1.0.4/24]}}, a: {interfaces: {eth0: 10.1.0.1/24}}}\nlinks: [[a, b]]\n")
	a, b := node(t, lab, "a"), node(t, lab, "b")
	echo(t, b, "tcp", "10.1.0.4:80")
	view, err := lab.View()
	if err != nil {
		t.Fatal(err)
	}
	// The others neither answer nor refuse.
	eth0 := state.Endpoint{Namespace: b.Namespace(), Link: "eth0"}
	err = kernel.Apply(t.Context(), plan.Plan{
		plan.PromoteSecondaries{Link: eth0},
		plan.DelAddress{Link: eth0, Address: netip.MustParsePrefix("10.1.0.2/24")},
		plan.DelAddress{Link: eth0, Address: netip.MustParsePrefix("10.1.0.3/24")},
	}, view.State, kernel.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := count(t, "/proc/self/task")
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if to, err := ask(a, t, "tcp", "b:80"); err != nil || to.String() != "10.1.0.4:80" {
				t.Errorf("reached %v, %v", to, err)
			}
		})
	}
	wg.Wait()
	if after := count(t, "/proc/self/task"); after > before+50 {
		t.Errorf("%d threads, before there were %d", after, before)
	}
}

func TestHTTPClient(t *testing.T) {
	lab := running(t, routed)
	ln, err := node(t, lab, "b").Listen(t.Context(), "tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		fmt.Fprintf(w, "%s from %s", r.Host, host)
	})}
	go server.Serve(ln)
	defer server.Close()
	for range 2 {
		resp, err := node(t, lab, "a").HTTPClient().Get("http://b:8080/")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "b:8080 from 10.0.0.1" {
			t.Errorf("got %q, %v", body, err)
		}
	}
}

func TestResolver(t *testing.T) {
	lab := running(t, routed)
	a := node(t, lab, "a")
	for name, want := range map[string]string{
		"r":        "[10.0.0.2 10.0.0.5 fd00:0:0:1::1 fd00::2]",
		"r-eth1":   "[10.0.0.5 fd00:0:0:1::1]",
		"B":        "[10.0.0.6 fd00:0:0:1::2]",
		"nobody":   "no such host",
		"10.0.0.6": "[10.0.0.6]",
	} {
		got, err := a.Resolver().LookupHost(t.Context(), name)
		slices.Sort(got)
		if fmt.Sprint(got) != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, %v, want %s", name, got, err, want)
		}
	}
	echo(t, node(t, lab, "b"), "tcp", ":80")
	d := net.Dialer{Control: a.Control, Resolver: a.Resolver()}
	conn, err := d.DialContext(t.Context(), "tcp", "b:80")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
