package examples

import (
	"bytes"
	"crypto/rand"
	"net"
	"testing"
	"time"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// The code under test: a UDP service that sends back what it gets, the other way
// round.
func serveReversed(pc net.PacketConn) {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		_, _ = pc.WriteTo(reversed(buf[:n]), from)
	}
}

func reversed(b []byte) []byte {
	r := make([]byte, 0, len(b))
	for i := range b {
		r = append(r, b[len(b)-1-i])
	}
	return r
}

// A service behind a router works over both families, and for datagrams that do
// not fit the narrow link in one piece.
func TestUDPBehindRouter(t *testing.T) {
	ctx := t.Context()
	lab := labtest.Start(t, topo.MustParse(`
nodes: {r: {kind: router}}
links:
  - [client, r]
  - [r, service, {mtu: 1280}]
tests:
  - {from: client, to: service}
`))
	if report := lab.Verify(ctx); !report.OK() {
		t.Fatal(report)
	}
	pc, err := lab.Node("service").ListenPacket(ctx, "udp", ":9000")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	go serveReversed(pc)

	for _, network := range []string{"udp4", "udp6"} {
		for _, size := range []int{1, 1200, 9000} {
			conn, err := lab.Node("client").Dial(ctx, network, "service:9000")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			question := make([]byte, size)
			rand.Read(question)
			if !asked(conn, question) {
				t.Errorf("%s: no right answer to %d bytes", network, size)
			}
		}
	}
}

// asked sends a question and reports whether the answer is right. As datagrams get
// lost, it asks again: a packet too large for the way is dropped until its sender
// has heard of that.
func asked(conn net.Conn, question []byte) bool {
	answer := make([]byte, len(question)+1)
	for range 5 {
		if _, err := conn.Write(question); err != nil {
			return false
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if n, err := conn.Read(answer); err == nil {
			return bytes.Equal(answer[:n], reversed(question))
		}
	}
	return false
}
