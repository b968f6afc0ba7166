//go:build linux

package probe_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/probe"
)

// listenTCP runs serve for each connection to a TCP port of b until the test ends.
func (l *lab) listenTCP(port int, serve func(net.Conn)) {
	l.tb.Helper()
	b, _ := l.Node("b")
	var listener net.Listener
	if err := netns.Do(b.Namespace, func() (err error) {
		listener, err = net.ListenTCP("tcp", &net.TCPAddr{Port: port})
		return err
	}); err != nil {
		l.tb.Fatal(err)
	}
	l.tb.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
				serve(conn)
			}()
		}
	}()
}

// listenDNS answers DNS queries to b over UDP until the test ends, as change makes of
// the query.
func (l *lab) listenDNS(change func(*dnsmessage.Message)) {
	l.tb.Helper()
	b, _ := l.Node("b")
	var conn *net.UDPConn
	if err := netns.Do(b.Namespace, func() (err error) {
		conn, err = net.ListenUDP("udp4", &net.UDPAddr{Port: 53})
		return err
	}); err != nil {
		l.tb.Fatal(err)
	}
	l.tb.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Response = true
			change(&m)
			if response, err := m.Pack(); err == nil {
				_, _ = conn.WriteToUDPAddrPort(response, from)
			}
		}
	}()
}

func TestDNSWrongAnswer(t *testing.T) {
	for want, change := range map[string]func(*dnsmessage.Message){
		"DNS record of other.example. A": func(m *dnsmessage.Message) {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("other.example."), Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}},
			}}
		},
		"DNS response for other.example. A": func(m *dnsmessage.Message) {
			m.Questions[0] = dnsmessage.Question{Name: dnsmessage.MustNewName("other.example."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
		},
		"which is not a response to a query": func(m *dnsmessage.Message) { m.ID += 100 },
	} {
		t.Run(want, func(t *testing.T) {
			l := up(t, dual)
			l.listenDNS(change)
			q := probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.DNS, Name: "b.example"}
			a := askOne(t, q, probe.Options{Timeout: time.Second})
			wrong := (*probe.WrongAnswer)(nil)
			if a.Found == probe.Reachable || !errors.As(a.Err, &wrong) || !strings.Contains(wrong.Got, want) {
				t.Errorf("%s, %v", a.Found, a.Err)
			}
		})
	}
}

// A truncated response without one over TCP is a timeout, not a name without addresses.
func TestDNSStalledTCP(t *testing.T) {
	l := up(t, dual)
	l.listenDNS(func(m *dnsmessage.Message) { m.Truncated = true })
	l.listenTCP(53, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	q := probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.DNS, Name: "b.example"}
	a := askOne(t, q, short)
	if timeout := (*probe.Timeout)(nil); a.Found == probe.Reachable || !errors.As(a.Err, &timeout) || !strings.HasPrefix(a.Err.Error(), "over TCP, ") {
		t.Errorf("%s, %v", a.Found, a.Err)
	}
}

// A server that accepts a connection and sends no response, or a part of one, has not
// answered in time.
func TestHTTPSilentServer(t *testing.T) {
	l := up(t, dual)
	l.listenTCP(81, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	l.listenTCP(82, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096)) // a client does not expect an answer before its request
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-Half: ")
		_, _ = io.Copy(io.Discard, conn)
	})
	for _, port := range []uint16{81, 82} {
		q := probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.HTTP, Port: port, Timeout: 400 * time.Millisecond}
		a := askOne(t, q, probe.Options{})
		timeout := (*probe.Timeout)(nil)
		if a.Found != probe.Unreachable || !errors.As(a.Err, &timeout) || a.Err.Error() != "no answer in 400ms" {
			t.Errorf("port %d: %s, %v", port, a.Found, a.Err)
		}
	}
}

func TestHTTPWrongAnswer(t *testing.T) {
	l := up(t, dual)
	l.listenTCP(81, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 4096)) })
	l.listenTCP(82, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
	})
	l.listenTCP(84, func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-example\r\n"+strings.Repeat("x", 100)) })
	l.listenTCP(85, func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nno field\r\n\r\n") })
	l.listenTCP(86, func(conn net.Conn) { _, _ = io.WriteString(conn, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20)) })
	l.listenTCP(87, func(conn net.Conn) { _, _ = io.WriteString(conn, "\x15\x03\x01\x00\x02\x02\x16") }) // a TLS alert
	l.listenTCP(83, func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0); _, _ = conn.Read(make([]byte, 1)) })
	for port, want := range map[uint16]string{
		81: "closed before the response", 82: `not HTTP ("220 mail.example ESMTP")`, 83: "reset before the response",
		84: `not HTTP ("SSH-2.0-example")`, 85: `not HTTP ("HTTP/1.1 200 OK")`, 86: "more than 5 interim HTTP responses",
		87: `not HTTP ("\x15\x03\x01\x00\x02\x02\x16")`,
	} {
		q := probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.HTTP, Port: port}
		a := askOne(t, q, probe.Options{})
		wrong := (*probe.WrongAnswer)(nil)
		if a.Found == probe.Reachable || !errors.As(a.Err, &wrong) || !strings.Contains(wrong.Got, want) {
			t.Errorf("port %d: %s, %v; want %q", port, a.Found, a.Err, want)
		}
	}
}

// A response counts whether the server has read the request before it or not, and if interim
// responses come before it.
func TestHTTPEarlyResponse(t *testing.T) {
	l := up(t, dual)
	for port, text := range map[int]string{
		81: "HTTP/1.1 204 No Content\r\n\r\n",
		82: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
	} {
		l.listenTCP(port, func(conn net.Conn) { _, _ = io.WriteString(conn, text) })
		q := probe.Question{Target: l.target("a", l.Address("b", false).String()), Via: probe.HTTP, Port: uint16(port)}
		for range 50 {
			if a := askOne(t, q, probe.Options{}); a.Found != probe.Reachable || a.Err != nil || a.Status != 204 {
				t.Fatalf("port %d: %s, status %d, %v", port, a.Found, a.Status, a.Err)
			}
		}
	}
}
