package kernel

import (
	"encoding/binary"
	"iter"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

var native = binary.NativeEndian

// A batch is a sequence of netlink messages in one buffer (netlink(7),
// rtnetlink(7)), numbered from 1. It knows for which Op each message was made,
// so that an error finds its Op.
type batch struct {
	buf    []byte
	starts []int // where each message begins
	op     int   // the Op that messages are being made for
	ops    []int // the Op of each message
}

// reset empties the batch.
func (b *batch) reset() { b.buf, b.starts, b.ops = b.buf[:0], b.starts[:0], b.ops[:0] }

// seq is the number of the last message.
func (b *batch) seq() uint32 { return uint32(len(b.ops)) }

// message appends a message; body writes what comes after its header.
func (b *batch) message(typ, flags uint16, body func()) {
	start := len(b.buf)
	b.starts, b.ops = append(b.starts, start), append(b.ops, b.op)
	b.zeros(unix.NLMSG_HDRLEN)
	native.PutUint16(b.buf[start+4:], typ)
	native.PutUint16(b.buf[start+6:], flags|unix.NLM_F_REQUEST)
	native.PutUint32(b.buf[start+8:], b.seq())
	body()
	native.PutUint32(b.buf[start:], uint32(len(b.buf)-start))
}

// askAck makes the i-th message ask for an answer.
func (b *batch) askAck(i int) {
	flags := b.buf[b.starts[i]+6:]
	native.PutUint16(flags, native.Uint16(flags)|unix.NLM_F_ACK)
}

// mostAnswers is how many messages are sent at once. To each the kernel may answer with
// an error, and a socket takes some 250 answers (net.core.rmem_default); those that it
// does not take are lost.
const mostAnswers = 100

// part returns the end of the messages from start on that are sent at once: as many whole
// Ops as mostAnswers allows, and at least one.
func (b *batch) part(start int) int {
	end := start
	for i := start; i < len(b.ops); i++ {
		if last := i+1 == len(b.ops) || b.ops[i+1] != b.ops[i]; !last {
			continue
		}
		if end > start && i+1-start > mostAnswers {
			break
		}
		end = i + 1
	}
	return end
}

// messages returns the bytes of the messages from start to before end.
func (b *batch) messages(start, end int) []byte {
	if end == len(b.starts) {
		return b.buf[b.starts[start]:]
	}
	return b.buf[b.starts[start]:b.starts[end]]
}

// zeros appends n zero bytes and returns them.
func (b *batch) zeros(n int) []byte {
	start := len(b.buf)
	b.buf = append(b.buf, make([]byte, n)...)
	return b.buf[start:]
}

// attr appends an attribute.
func (b *batch) attr(typ uint16, data []byte) {
	h := b.zeros(unix.SizeofRtAttr)
	native.PutUint16(h, uint16(unix.SizeofRtAttr+len(data)))
	native.PutUint16(h[2:], typ)
	b.buf = append(b.buf, data...)
	b.zeros(-len(data) & (unix.RTA_ALIGNTO - 1))
}

func (b *batch) u8(typ uint16, v uint8) { b.attr(typ, []byte{v}) }

func (b *batch) u32(typ uint16, v uint32) { b.attr(typ, native.AppendUint32(nil, v)) }

// text appends a string with the zero byte that ends it.
func (b *batch) text(typ uint16, s string) { b.attr(typ, append([]byte(s), 0)) }

// nest appends an attribute that holds the attributes that body writes.
func (b *batch) nest(typ uint16, body func()) {
	start := len(b.buf)
	native.PutUint16(b.zeros(unix.SizeofRtAttr)[2:], typ)
	body()
	native.PutUint16(b.buf[start:], uint16(len(b.buf)-start))
}

// typeMask leaves an attribute's type without its flags (NLA_F_NESTED and
// NLA_F_NET_BYTEORDER, linux/netlink.h).
const typeMask = 0x3fff

// An attribute is one attribute of a received message.
type attribute struct {
	typ  uint16
	data []byte
}

// eachAttribute yields the attributes of what follows a message's fixed part. What is cut
// off or malformed ends them.
func eachAttribute(b []byte) iter.Seq[attribute] {
	return func(yield func(attribute) bool) {
		for len(b) >= unix.SizeofRtAttr {
			n := int(native.Uint16(b))
			if n < unix.SizeofRtAttr || n > len(b) {
				return
			}
			if !yield(attribute{native.Uint16(b[2:]) & typeMask, b[unix.SizeofRtAttr:n]}) {
				return
			}
			b = b[min(len(b), (n+unix.RTA_ALIGNTO-1)&^(unix.RTA_ALIGNTO-1)):]
		}
	}
}

// attributes returns those of [eachAttribute] as a list.
func attributes(b []byte) []attribute {
	n := 0
	for range eachAttribute(b) {
		n++
	}
	return slices.AppendSeq(slices.Grow([]attribute(nil), n), eachAttribute(b)) // nil if there are none
}

// within returns the attribute at a path of nested ones. False: it is not there.
func within(b []byte, path ...uint16) (a attribute, ok bool) {
	for _, typ := range path {
		ok = false
		for a = range eachAttribute(b) {
			if ok = a.typ == typ; ok {
				break
			}
		}
		if !ok {
			return attribute{}, false
		}
		b = a.data
	}
	return a, ok
}

func (a attribute) u32() uint32 {
	if len(a.data) < 4 {
		return 0
	}
	return native.Uint32(a.data)
}

// nth returns a number of an array of 32-bit numbers; 0 if the array is shorter.
func (a attribute) nth(i int) uint32 {
	if len(a.data) < 4*(i+1) {
		return 0
	}
	return native.Uint32(a.data[4*i:])
}

func (a attribute) u16() uint16 {
	if len(a.data) < 2 {
		return 0
	}
	return native.Uint16(a.data)
}

// big16 and big32 read numbers that are in the order of the network.
func (a attribute) big16() uint16 {
	if len(a.data) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(a.data)
}

func (a attribute) big32() uint32 {
	if len(a.data) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(a.data)
}

func (a attribute) u8() uint8 {
	if len(a.data) < 1 {
		return 0
	}
	return a.data[0]
}

func (a attribute) text() string { return unix.ByteSliceToString(a.data) }

// addr returns an IP address; not a valid one if it is none.
func (a attribute) addr() netip.Addr {
	addr, _ := netip.AddrFromSlice(a.data)
	return addr
}

// copy returns the bytes, which else are overwritten by the next answer.
func (a attribute) copy() []byte { return slices.Clone(a.data) }
