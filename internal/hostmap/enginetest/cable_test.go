//go:build linux

package enginetest

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/netns"
)

// A listener receives all frames that arrive at an interface.
type listener struct {
	name  string // web/eth0
	peer  string // its peer on the map
	index int
	fd    int
}

// checkCables sends a frame by each veth end on the map: it must arrive at the peer
// that the map names and at no other interface of the machine.
func checkCables(m machine, hm *hostmap.Map) {
	m.Helper()
	listeners := listenersOf(m, hm)
	defer func() {
		for _, e := range listeners {
			unix.Close(e.fd)
		}
	}()
	proved := 0
	for n, from := range listeners {
		if from.peer == "" {
			continue
		}
		text := fmt.Sprintf("vethlab frame %d.", n)
		if err := send(from, text); err != nil {
			m.Errorf("sending by %s: %v", from.name, err)
			continue
		}
		proved++
		if received := receivers(listeners, text); !slices.Equal(received, []string{from.peer}) {
			m.Errorf("a frame sent by %s arrives at %v, its peer on the map is %s", from.name, received, from.peer)
		}
	}
	if proved == 0 {
		m.Error("the map has no veth pair")
	}
}

func listenersOf(m machine, hm *hostmap.Map) []listener {
	var listeners []listener
	for _, ns := range hm.Namespaces {
		path := "/proc/self/ns/net"
		switch {
		case ns.Host:
		case len(ns.Processes) > 0:
			path = fmt.Sprintf("/proc/%d/ns/net", ns.Processes[0].PID)
		case len(ns.Files) > 0:
			path = ns.Files[0].Path
			if pid := ns.Files[0].PID; pid != 0 {
				path = fmt.Sprintf("/proc/%d/root%s", pid, path)
			}
		default:
			continue
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			m.Fatalf("%s: %v", path, err)
		}
		for _, i := range ns.Interfaces {
			if i.Name == "lo" || i.State != "up" {
				continue
			}
			e := listener{name: ns.Name + "/" + i.Name, index: i.Index}
			if i.Peer != nil {
				e.peer = i.Peer.String()
			}
			if err := netns.DoFd(fd, e.open); err != nil {
				m.Fatal(err)
			}
			listeners = append(listeners, e)
		}
		unix.Close(fd)
	}
	return listeners
}

// allFrames is ETH_P_ALL in network byte order.
const allFrames = unix.ETH_P_ALL << 8

func (e *listener) open() (err error) {
	if e.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, allFrames); err != nil {
		return err
	}
	return unix.Bind(e.fd, &unix.SockaddrLinklayer{Protocol: allFrames, Ifindex: e.index})
}

// send sends a frame with a local experimental EtherType to a group address that
// bridges do not forward (IEEE 802.1D, 7.12.6).
func send(e listener, text string) error {
	frame := append([]byte{0x01, 0x80, 0xc2, 0, 0, 0x03, 0x02, 0, 0, 0, 0, 1, 0x88, 0xb5}, text...)
	return unix.Sendto(e.fd, append(frame, make([]byte, 40)...), 0, &unix.SockaddrLinklayer{Ifindex: e.index, Halen: 6})
}

// receivers returns the interfaces that have received a text.
func receivers(listeners []listener, text string) []string {
	var received []string
	for range 20 {
		for _, e := range listeners {
			if e.receives(text) {
				received = append(received, e.name)
			}
		}
		if len(received) > 0 {
			break // a veth delivers synchronously: none arrives later
		}
		time.Sleep(time.Millisecond)
	}
	slices.Sort(received)
	return received
}

func (e listener) receives(text string) bool {
	received := false
	for {
		var b [256]byte
		n, from, err := unix.Recvfrom(e.fd, b[:], 0)
		if err != nil {
			return received
		}
		at, ok := from.(*unix.SockaddrLinklayer)
		if ok && at.Pkttype != unix.PACKET_OUTGOING && bytes.Contains(b[:n], []byte(text)) {
			received = true
		}
	}
}
