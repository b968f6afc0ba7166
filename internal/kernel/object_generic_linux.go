package kernel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// xfrmObjects reads states and policies of IPsec (ip-xfrm(8), linux/xfrm.h), without keys.
func xfrmObjects() ([]dump.Object, error) {
	if !hasNetlink(unix.NETLINK_XFRM) {
		return nil, nil
	}
	c, err := dialProtocol(unix.NETLINK_XFRM)
	if err != nil {
		return nil, err
	}
	defer c.close()
	const getState, getPolicy = 0x12, 0x15 // XFRM_MSG_GETSA, XFRM_MSG_GETPOLICY
	var states, policies []dump.Object
	if err := dumpInto(c, &states, getState, func(*batch) {}, decodeXfrmState); err != nil {
		return nil, err
	}
	if err := dumpInto(c, &policies, getPolicy, func(*batch) {}, decodeXfrmPolicy); err != nil {
		return nil, err
	}
	return slices.Concat(states, policies, c.xfrmDefault()), nil
}

// hasNetlink reports whether the kernel has a socket of a protocol in the namespace. To
// open one of another protocol loads a module.
func hasNetlink(protocol int) bool {
	text, _ := readList("netlink") // without it there is no protocol
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 2 && f[1] == strconv.Itoa(protocol) && f[2] == "0" {
			return true
		}
	}
	return false
}

// decodeXfrmState reads a struct xfrm_usersa_info.
func decodeXfrmState(b []byte) (dump.Object, bool) {
	const id, source, family = 56, 80, 212
	if len(b) < family+2 {
		return dump.Object{}, false
	}
	f := native.Uint16(b[family:])
	text := fmt.Sprintf("src %s dst %s proto %d spi 0x%x", xfrmAddress(b[source:], f), xfrmAddress(b[id:], f), b[id+20], attribute{data: b[id+16:]}.big32())
	return dump.Object{Kind: "xfrm state", Text: text}, true
}

// decodeXfrmPolicy reads the struct xfrm_selector that begins a struct
// xfrm_userpolicy_info, and the direction behind it.
func decodeXfrmPolicy(b []byte) (dump.Object, bool) {
	const source, family, direction = 16, 40, 160
	if len(b) <= direction {
		return dump.Object{}, false
	}
	f := native.Uint16(b[family:])
	word := map[byte]string{0: "in", 1: "out", 2: "fwd"}[b[direction]]
	if word == "" {
		word = "socket"
	}
	text := fmt.Sprintf("src %s/%d dst %s/%d dir %s", xfrmAddress(b[source:], f), b[family+3], xfrmAddress(b, f), b[family+2], word)
	return dump.Object{Kind: "xfrm policy", Text: text}, true
}

// xfrmAddress reads an xfrm_address_t of a family.
func xfrmAddress(b []byte, family uint16) string {
	size := 4
	if family == unix.AF_INET6 {
		size = 16
	}
	return attribute{data: b[:size]}.address()
}

// xfrmDefault returns the default policy if it blocks. Older kernels have none.
func (c *conn) xfrmDefault() []dump.Object {
	const getDefault, block = 0x28, 1 // XFRM_MSG_GETDEFAULT, XFRM_USERPOLICY_BLOCK
	var b batch
	b.message(getDefault, 0, func() { b.zeros(4) }) // struct xfrm_userpolicy_default: in, fwd, out
	answer, err := c.get(&b)
	if err != nil || len(answer) < 3 || !slices.Contains(answer[:3], block) {
		return nil
	}
	return []dump.Object{{Kind: "xfrm policy", Text: "default block"}}
}

// A genericKind reads objects of a family of generic netlink.
type genericKind struct {
	family  string
	command uint8
	single  bool // one answer instead of a dump
	kind    string
	text    func([]attribute) string // "": not an object that somebody made
}

var genericKinds = []genericKind{
	{"mptcp_pm", 3, false, "mptcp endpoint", func(list []attribute) string { // MPTCP_PM_CMD_GET_ADDR
		in := attributes(find(list, 1).data)
		for _, typ := range []uint16{3, 4} { // MPTCP_PM_ADDR_ATTR_ADDR4, _ADDR6
			if has(in, typ) {
				return find(in, typ).address()
			}
		}
		return ""
	}},
	{"mptcp_pm", 6, true, "mptcp limits", func(list []attribute) string { // MPTCP_PM_CMD_GET_LIMITS
		accepted, flows := find(list, 2).u32(), find(list, 3).u32()
		const initial = 2 // since Linux 5.19; 0 before
		if accepted == 0 && (flows == initial || flows == 0) {
			return ""
		}
		return fmt.Sprintf("add_addr_accepted %d subflows %d", accepted, flows)
	}},
	{"SEG6", 4, true, "sr tunsrc", func(list []attribute) string { // SEG6_CMD_GET_TUNSRC
		if source := find(list, 1).addr(); source.IsValid() && !source.IsUnspecified() {
			return source.String()
		}
		return ""
	}},
	{"SEG6", 2, false, "sr hmac", func(list []attribute) string { // SEG6_CMD_DUMPHMAC
		return fmt.Sprint("keyid ", find(list, 3).u32())
	}},
	{"IOAM6", 3, false, "ioam namespace", func(list []attribute) string { // IOAM6_CMD_DUMP_NAMESPACES
		return find(list, 1).value()
	}},
	{"fou", 3, false, "fou port", func(list []attribute) string { return strconv.Itoa(int(find(list, 1).big16())) }}, // FOU_CMD_GET
	{"l2tp", 4, false, "l2tp tunnel", func(list []attribute) string { return find(list, 9).value() }},                // L2TP_CMD_TUNNEL_GET
}

// genericObjects reads the objects of the families that the kernel has: to ask for one by
// its name loads its module.
func genericObjects() (all []dump.Object, err error) {
	c, err := dialProtocol(unix.NETLINK_GENERIC)
	if err != nil {
		return nil, err
	}
	defer c.close()
	families, err := c.genericFamilies()
	if err != nil {
		return nil, err
	}
	for _, k := range genericKinds {
		id, ok := families[k.family]
		if !ok {
			continue
		}
		list, err := c.genericObjects(id, k)
		if err != nil && !lacking(err) {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

const sizeofGenlmsg = 4 // struct genlmsghdr: command, version, reserved

func (c *conn) genericObjects(id uint16, k genericKind) (list []dump.Object, err error) {
	request := func(b *batch) { copy(b.zeros(sizeofGenlmsg), []byte{k.command, 1}) }
	decode := func(body []byte) (dump.Object, bool) {
		if len(body) < sizeofGenlmsg {
			return dump.Object{}, false
		}
		text := k.text(attributes(body[sizeofGenlmsg:]))
		return dump.Object{Kind: k.kind, Text: text}, text != ""
	}
	if !k.single {
		return list, dumpInto(c, &list, id, request, decode)
	}
	var b batch
	b.message(id, 0, func() { request(&b) })
	answer, err := c.get(&b)
	if o, ok := decode(answer); ok && err == nil {
		list = append(list, o)
	}
	return list, err
}

// genericFamilies returns the numbers of the families of generic netlink by name.
func (c *conn) genericFamilies() (map[string]uint16, error) {
	const control, getFamily, familyID, familyName = 0x10, 3, 1, 2 // GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_*
	families := map[string]uint16{}
	err := c.dump(control, func(b *batch) { copy(b.zeros(sizeofGenlmsg), []byte{getFamily, 1}) }, func() { clear(families) }, func(body []byte) {
		if len(body) >= sizeofGenlmsg {
			list := attributes(body[sizeofGenlmsg:])
			families[find(list, familyName).text()] = find(list, familyID).u16()
		}
	})
	return families, err
}

// programs returns the links with BPF programs that no qdisc shows (tcx).
func (c *conn) programs() (list []dump.Object, err error) {
	var ns dump.Namespace
	if err := c.dumpLinks(&ns); err != nil {
		return nil, err
	}
	const tcxIngress = 46 // BPF_TCX_INGRESS (linux/bpf.h); the next is BPF_TCX_EGRESS
	for _, l := range ns.Links {
		for i, word := range []string{"ingress", "egress"} {
			n, err := countPrograms(uint32(l.Index), uint32(tcxIngress+i))
			if err != nil {
				return nil, err
			}
			if n > 0 {
				list = append(list, dump.Object{Kind: "tcx", Link: l.Index, Text: fmt.Sprintf("%s: BPF programs: %d", word, n)})
			}
		}
	}
	return list, nil
}

// countPrograms returns how many BPF programs are attached to a link of the calling
// thread's namespace (BPF_PROG_QUERY of bpf(2)).
func countPrograms(index, attachType uint32) (uint32, error) {
	const progQuery = 16
	var query struct { // union bpf_attr
		index, attachType, queryFlags, attachFlags uint32
		ids                                        uint64
		count, _                                   uint32
		_                                          [4]uint64
	}
	query.index, query.attachType = index, attachType
	_, _, errno := unix.Syscall(unix.SYS_BPF, progQuery, uintptr(unsafe.Pointer(&query)), unsafe.Sizeof(query))
	if errno != 0 && errno != unix.ENOSPC { // their numbers do not fit
		return 0, errno
	}
	return query.count, nil
}
