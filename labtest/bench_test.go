package labtest

import (
	"net"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// BenchmarkStart measures making and removing a lab of a test.
func BenchmarkStart(b *testing.B) {
	needLabs(b)
	for name, text := range map[string]string{
		"pair":   "links: [[a, b]]",
		"router": "nodes: {r: {kind: router}}\nlinks: [[a, r], [r, b]]",
		"switch": "nodes: {sw: {kind: switch}}\nlinks: [[a, sw], [b, sw], [c, sw], [d, sw]]",
	} {
		b.Run(name, func(b *testing.B) {
			t := topo.MustParse(text)
			for b.Loop() {
				var end func()
				start(b, t.CheckAs, func(fn func()) { end = fn })
				end()
			}
		})
	}
}

// BenchmarkDo measures entering a node and returning.
func BenchmarkDo(b *testing.B) {
	n := Start(b, topo.MustParse("links: [[a, b]]")).Node("a")
	for b.Loop() {
		if err := n.Do(func() error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDial measures a TCP connection between nodes, by name and by address, and
// one in the host namespace for comparison.
func BenchmarkDial(b *testing.B) {
	lab := Start(b, topo.MustParse("links: [[a, b]]"))
	acceptAll(b, lab.Node("b"), ":80")
	acceptAll(b, lab.Node("host"), "127.0.0.1:80")
	var plain net.Dialer
	for _, bb := range []struct {
		name string
		dial func() (net.Conn, error)
	}{
		{"name", func() (net.Conn, error) { return lab.Node("a").Dial(b.Context(), "tcp", "b:80") }},
		{"address", func() (net.Conn, error) { return lab.Node("a").Dial(b.Context(), "tcp", "10.0.0.2:80") }},
		{"plain", func() (net.Conn, error) { return plain.DialContext(b.Context(), "tcp", "127.0.0.1:80") }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				conn, err := bb.dial()
				if err != nil {
					b.Fatal(err)
				}
				_ = conn.(*net.TCPConn).SetLinger(0) // or ports run out
				conn.Close()
			}
		})
	}
}

// acceptAll accepts and closes connections.
func acceptAll(b *testing.B, n *vethlab.Node, address string) {
	b.Helper()
	ln, err := n.Listen(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
}

// BenchmarkCommand measures running `true` in a node.
func BenchmarkCommand(b *testing.B) {
	n := Start(b, topo.MustParse("links: [[a, b]]")).Node("a")
	for b.Loop() {
		if err := n.Command(b.Context(), "true").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLink measures setting a link down and up.
func BenchmarkLink(b *testing.B) {
	k := Start(b, topo.MustParse("nodes: {r: {kind: router}}\nlinks: [[a, r], [r, b]]")).Link("a", "r")
	for b.Loop() {
		k.Down(b.Context())
		k.Up(b.Context())
	}
}
