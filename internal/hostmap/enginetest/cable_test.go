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

// An ear hears all frames that arrive at an interface.
type ear struct {
	name  string // web/eth0
	peer  string // as the map has it
	index int
	fd    int
}

// proveCables sends a frame into each end that the map has of a veth: it must
// arrive at the end that the map says is the other, and at no other interface of
// the machine.
func proveCables(m machine, hm *hostmap.Map) {
	m.Helper()
	ears := earsOf(m, hm)
	defer func() {
		for _, e := range ears {
			unix.Close(e.fd)
		}
	}()
	proved := 0
	for n, from := range ears {
		if from.peer == "" {
			continue
		}
		text := fmt.Sprintf("vethlab frame %d.", n)
		if err := shout(from, text); err != nil {
			m.Errorf("sending by %s: %v", from.name, err)
			continue
		}
		proved++
		if heard := hearing(ears, text); !slices.Equal(heard, []string{from.peer}) {
			m.Errorf("a frame sent by %s arrives at %v, the map says %s", from.name, heard, from.peer)
		}
	}
	if proved == 0 {
		m.Error("there is no cable on the map")
	}
}

func earsOf(m machine, hm *hostmap.Map) []ear {
	var ears []ear
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
			e := ear{name: ns.Name + "/" + i.Name, index: i.Index}
			if i.Peer != nil {
				e.peer = i.Peer.String()
			}
			if err := netns.DoFd(fd, e.open); err != nil {
				m.Fatal(err)
			}
			ears = append(ears, e)
		}
		unix.Close(fd)
	}
	return ears
}

// allFrames is ETH_P_ALL in network byte order.
const allFrames = unix.ETH_P_ALL << 8

func (e *ear) open() (err error) {
	if e.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, allFrames); err != nil {
		return err
	}
	return unix.Bind(e.fd, &unix.SockaddrLinklayer{Protocol: allFrames, Ifindex: e.index})
}

// shout sends a frame to a group that no bridge forwards to (IEEE 802.1D, 7.12.6),
// of a protocol for experiments.
func shout(e ear, text string) error {
	frame := append([]byte{0x01, 0x80, 0xc2, 0, 0, 0x03, 0x02, 0, 0, 0, 0, 1, 0x88, 0xb5}, text...)
	return unix.Sendto(e.fd, append(frame, make([]byte, 40)...), 0, &unix.SockaddrLinklayer{Ifindex: e.index, Halen: 6})
}

// hearing returns where a text arrives.
func hearing(ears []ear, text string) []string {
	var heard []string
	for range 20 {
		for _, e := range ears {
			if e.hears(text) {
				heard = append(heard, e.name)
			}
		}
		if len(heard) > 0 {
			break // a veth hands over at once: nobody hears it later
		}
		time.Sleep(time.Millisecond)
	}
	slices.Sort(heard)
	return heard
}

func (e ear) hears(text string) bool {
	heard := false
	for {
		var b [256]byte
		n, from, err := unix.Recvfrom(e.fd, b[:], 0)
		if err != nil {
			return heard
		}
		at, ok := from.(*unix.SockaddrLinklayer)
		if ok && at.Pkttype != unix.PACKET_OUTGOING && bytes.Contains(b[:n], []byte(text)) {
			heard = true
		}
	}
}
