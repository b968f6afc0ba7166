package probe

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Connections of other programs that send nothing must not delay ours.
func TestAcceptAmongSilentConnections(t *testing.T) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() *net.TCPConn {
		conn, err := net.DialTCP("tcp4", nil, l.Addr().(*net.TCPAddr))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	for range 3 {
		dial()
	}
	near := dial()
	far, err := accept(t.Context(), l, near, FlowOptions{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if far.RemoteAddr().String() != near.LocalAddr().String() {
		t.Errorf("accepted the connection from %s, want %s", far.RemoteAddr(), near.LocalAddr())
	}
}

// Datagrams of other programs are dropped, before the hello and after it.
func TestAcceptDropsOtherDatagrams(t *testing.T) {
	fd, err := listenAt(unix.SOCK_DGRAM, netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	far := &connection{File: os.NewFile(uintptr(fd), "udp"), sockets: make(semaphore, 1)}
	far.sockets <- struct{}{}
	defer far.close()
	_ = far.SetDeadline(time.Now().Add(5 * time.Second))
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *net.UDPConn {
		conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(addrPort(sa)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	near, stranger := dial(), dial()
	token, other := make([]byte, helloSize), make([]byte, 64)
	token[0] = 1
	_, err1 := stranger.Write(other)
	_, err2 := near.Write(token)
	_, err3 := stranger.Write(other)
	if err := errors.Join(err1, err2, err3, far.accept(token)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := unix.Recvfrom(fd, other, unix.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("%d bytes are queued after accept, %v", n, err)
	}
	peer, err := unix.Getpeername(fd)
	if err != nil || addrPort(peer) != near.LocalAddr().(*net.UDPAddr).AddrPort() {
		t.Errorf("connected to %v, %v; want %s", addrPort(peer), err, near.LocalAddr())
	}
}
