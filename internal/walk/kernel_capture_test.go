//go:build linux

package walk_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/walk"
)

// capture receives all frames at all links.
type capture struct {
	net     *network
	sockets map[dump.LinkRef]int
	senders map[dump.LinkRef]int
	seen    map[int][]string // by the frame's number
	want    map[int][]string
	foreign []string // frames that the test did not send
}

// experimental is ETH_P_802_EX1, which the kernel does not use, and
// experimentalBigEndian the same in network byte order.
const (
	experimental          = 0x88b5
	experimentalBigEndian = 0xb588
)

func (n *network) capture(t *rapid.T) *capture {
	c := &capture{n, map[dump.LinkRef]int{}, map[dump.LinkRef]int{}, map[int][]string{}, map[int][]string{}, nil}
	for _, p := range n.links {
		err := netns.Do(n.wiring.Namespaces[p.Netns].Name, func() (err error) {
			// The sender needs another socket: one does not receive what it sends.
			if c.senders[p], err = packetSocket(p.Index, 0); err != nil {
				return err
			}
			c.sockets[p], err = packetSocket(p.Index, unix.ETH_P_ALL)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func packetSocket(index int, protocol uint16) (int, error) {
	protocol = protocol<<8 | protocol>>8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	return fd, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: protocol, Ifindex: index})
}

func (c *capture) close() {
	for _, sockets := range []map[dump.LinkRef]int{c.sockets, c.senders} {
		for _, fd := range sockets {
			unix.Close(fd)
		}
	}
}

// send sends a frame with a number. Errors are ignored: the model then drops it too.
func (c *capture) send(from dump.LinkRef, f walk.Frame, number int) {
	b := slices.Concat(f.Dst[:], f.Src[:], binary.BigEndian.AppendUint16(nil, experimental))
	b = binary.BigEndian.AppendUint32(b, uint32(number))
	b = append(b, make([]byte, 14+f.Size-len(b))...)
	_ = unix.Sendto(c.senders[from], b, 0, &unix.SockaddrLinklayer{Ifindex: from.Index, Protocol: experimentalBigEndian})
}

// compare waits until as many copies of a frame are captured as the model expects.
// It returns the difference.
func (c *capture) compare(number int, steps []walk.Step) string {
	for _, s := range steps {
		if text := c.visible(s); text != "" {
			c.want[number] = append(c.want[number], text)
		}
	}
	slices.Sort(c.want[number])
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(200 * time.Microsecond) {
		c.read()
		if len(c.seen[number]) >= len(c.want[number]) || time.Now().After(end) {
			break
		}
	}
	return c.difference(number)
}

// compareLate returns the difference by copies that were captured after compare.
func (c *capture) compareLate() string {
	time.Sleep(10 * time.Millisecond)
	c.read()
	var all string
	for number := range c.want {
		all += c.difference(number)
	}
	return all
}

func (c *capture) difference(number int) string {
	var text string
	for _, f := range c.foreign {
		text += fmt.Sprintf("captured a frame that the test did not send: %s\n", f)
	}
	slices.Sort(c.seen[number])
	if d := cmp.Diff(c.want[number], c.seen[number]); d != "" {
		text += fmt.Sprintf("frame %d, captured (-model +kernel):\n%s", number, d)
	}
	return text
}

// visible describes the packet that a packet socket at the link captures in a step; ""
// if none.
func (c *capture) visible(s walk.Step) string {
	switch {
	case s.Direction == walk.Out && (s.Fate == walk.Passed || s.Reason == walk.ToItself):
		return c.net.name(s.At) + " out"
	case s.Direction == walk.In && s.Reason != walk.LinkDown && s.Reason != walk.TooLong:
		return c.arrival(s.At, s.Reason != walk.OtherMAC)
	}
	return ""
}

// arrival describes a frame that a link receives and, if the link has no master,
// whether its namespace accepts it.
func (c *capture) arrival(p dump.LinkRef, accepted bool) string {
	text := c.net.name(p) + " in"
	if c.net.wiring.Link(p).Master == 0 {
		text += fmt.Sprintf(", accepted: %v", accepted)
	}
	return text
}

func (c *capture) read() {
	for p, fd := range c.sockets {
		for {
			var b [2048]byte
			n, from, err := unix.Recvfrom(fd, b[:], 0)
			if errors.Is(err, unix.ENETDOWN) {
				continue // reported once, of a link that is down
			}
			if err != nil {
				break
			}
			at, ok := from.(*unix.SockaddrLinklayer)
			if !ok || n < 18 || binary.BigEndian.Uint16(b[12:]) != experimental {
				c.foreign = append(c.foreign, fmt.Sprintf("%s: % x", c.net.name(p), b[:n]))
				continue
			}
			text := c.arrival(p, at.Pkttype != unix.PACKET_OTHERHOST)
			if at.Pkttype == unix.PACKET_OUTGOING {
				text = c.net.name(p) + " out"
			}
			number := int(binary.BigEndian.Uint32(b[14:]))
			c.seen[number] = append(c.seen[number], text)
		}
	}
}
