//go:build linux

package probe_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
)

// dialFrom opens a connection inside a node.
func (l *lab) dialFrom(node, network, address string) net.Conn {
	l.tb.Helper()
	n, _ := l.Node(node)
	var conn net.Conn
	if err := netns.Do(n.Namespace, func() (err error) {
		var d net.Dialer
		to := netip.MustParseAddrPort(address)
		if network == "udp" {
			conn, err = d.DialUDP(l.tb.Context(), network, netip.AddrPort{}, to)
		} else {
			conn, err = d.DialTCP(l.tb.Context(), network, netip.AddrPort{}, to)
		}
		return err
	}); err != nil {
		l.tb.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	return conn
}

func TestServeEchoes(t *testing.T) {
	l := up(t, across)
	l.serve("b")
	for _, network := range []string{"tcp", "udp"} {
		l.eachFamily(t, func(t *testing.T, to string) {
			conn := l.dialFrom("a", network, netip.AddrPortFrom(netip.MustParseAddr(to), 7000).String())
			defer conn.Close()
			want := "some data"
			got := make([]byte, len(want))
			if _, err := io.WriteString(conn, want); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestServeHTTP(t *testing.T) {
	l := up(t, across)
	n, _ := l.Node("b")
	servers, errs := probe.Serve([]probe.Service{
		{Namespace: n.Namespace, Via: probe.HTTP, Text: "this is b"}, {Namespace: n.Namespace, Via: probe.HTTP, Port: 81},
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	defer servers.Close()
	for port, want := range map[string]string{"80": "this is b\n", "81": n.Namespace + "\n"} {
		conn := l.dialFrom("a", "tcp", net.JoinHostPort(l.Address("b", false).String(), port))
		_, _ = io.WriteString(conn, "GET /anything HTTP/1.0\r\n\r\n")
		all, err := io.ReadAll(conn)
		conn.Close()
		if head, body, _ := strings.Cut(string(all), "\r\n\r\n"); err != nil || body != want || !strings.HasPrefix(head, "HTTP/1.0 200") {
			t.Errorf("%q, %v", all, err)
		}
	}
}

// A datagram is answered from the address that it was sent to, even if the route back
// prefers another source address.
func TestServeAnswersFromTheAddressAsked(t *testing.T) {
	l := up(t, `
nodes:
  r: {kind: router}
  b: {interfaces: {eth0: [10.7.1.2/24, 10.7.1.77/24, "fd07:0:0:1::2/64", "fd07:0:0:1::77/64"]}}
links:
  - {endpoints: [r, a], subnet: [10.7.0.0/24, "fd07::/64"]}
  - {endpoints: [r, b], subnet: [10.7.1.0/24, "fd07:0:0:1::/64"]}
`)
	l.serve("b")
	for _, to := range []string{"10.7.1.77", "fd07:0:0:1::77"} {
		for _, a := range l.ask(to, probe.Options{}) {
			if a.Found != probe.Reachable {
				t.Errorf("%s %s: %v", a.Via, to, a.Err)
			}
		}
	}
}

func TestServePortInUse(t *testing.T) {
	l := up(t, dual)
	n, _ := l.Node("b")
	all := []probe.Service{
		{Namespace: n.Namespace, Via: probe.TCP, Port: 7},
		{Namespace: n.Namespace, Via: probe.UDP, Port: 7},
		{Namespace: n.Namespace, Via: probe.HTTP},
		{Namespace: n.Namespace, Via: probe.DNS},
	}
	first, errs := probe.Serve(all)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	// All ports are in use; another service runs nevertheless.
	second, errs := probe.Serve(append(all, probe.Service{Namespace: n.Namespace, Via: probe.TCP, Port: 8}))
	for i, err := range errs {
		if want := i < len(all); errors.Is(err, probe.ErrPortInUse) != want || !want && err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if a := askOne(t, probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.TCP, Port: 8}, probe.Options{}); a.Err != nil {
		t.Error(a.Err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	// After Close the ports are closed and free.
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	for _, a := range l.ask(l.Address("b", false).String(), probe.Options{}) {
		if a.Found != probe.Refused {
			t.Errorf("%s: %s", a.Via, a.Found)
		}
	}
	third, errs := probe.Serve(all)
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	third.Close()
}

// A listener at one address conflicts, too.
func TestServePortInUseAtOneAddress(t *testing.T) {
	l := up(t, dual)
	n, _ := l.Node("b")
	var listener net.Listener
	if err := netns.Do(n.Namespace, func() (err error) {
		listener, err = net.ListenTCP("tcp", &net.TCPAddr{IP: net.IP(l.Address("b", false).AsSlice()), Port: 7})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	servers, errs := probe.Serve([]probe.Service{{Namespace: n.Namespace, Via: probe.TCP, Port: 7}})
	defer servers.Close()
	if !errors.Is(errs[0], probe.ErrPortInUse) {
		t.Errorf("%v", errs[0])
	}
}

func TestServeErrors(t *testing.T) {
	l := up(t, dual)
	n, _ := l.Node("b")
	servers, errs := probe.Serve([]probe.Service{
		{Namespace: "vtest-missing", Via: probe.TCP, Port: 7},
		{Namespace: n.Namespace, Via: probe.TCP},
		{Namespace: n.Namespace, Via: probe.ICMP, Port: 1},
	})
	defer servers.Close()
	if !errors.Is(errs[0], os.ErrNotExist) || errs[1] == nil || !errors.Is(errs[2], errors.ErrUnsupported) {
		t.Errorf("%v", errs)
	}
}

// Close returns although clients keep their connections open.
func TestServeCloses(t *testing.T) {
	l := up(t, dual)
	n, _ := l.Node("b")
	servers, errs := probe.Serve([]probe.Service{
		{Namespace: n.Namespace, Via: probe.TCP, Port: 7}, {Namespace: n.Namespace, Via: probe.HTTP}, {Namespace: n.Namespace, Via: probe.DNS},
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, port := range []string{"7", "80", "53"} {
		conn := l.dialFrom("a", "tcp", net.JoinHostPort(l.Address("b", false).String(), port))
		defer conn.Close()
		_, _ = io.WriteString(conn, "G")
	}
	start := time.Now()
	if err := errors.Join(servers.Close(), servers.Close()); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > hang {
		t.Errorf("took %s", took)
	}
}
