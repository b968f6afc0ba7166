package kernel

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// multicastEntries reads the entries that somebody added to the multicast databases of
// bridges (bridge-mdb(8)). Those that a bridge learned are temporary.
func (c *conn) multicastEntries() (list []dump.Object, err error) {
	const sizeofPortMsg, database, entry, info = 8, 1, 1, 1 // struct br_port_msg, MDBA_MDB, MDBA_MDB_ENTRY, MDBA_MDB_ENTRY_INFO
	err = c.dump(unix.RTM_GETMDB, func(b *batch) { b.zeros(sizeofPortMsg)[0] = unix.AF_BRIDGE }, func() { list = nil }, func(body []byte) {
		if len(body) < sizeofPortMsg {
			return
		}
		for e := range eachAttribute(find(attributes(body[sizeofPortMsg:]), database).data) {
			for i := range eachAttribute(e.data) {
				if o, ok := decodeMulticastEntry(i.data); ok && e.typ == entry && i.typ == info {
					list = append(list, o)
				}
			}
		}
	})
	return list, err
}

// decodeMulticastEntry reads a struct br_mdb_entry (linux/if_bridge.h). False: the bridge
// learned it.
func decodeMulticastEntry(b []byte) (dump.Object, bool) {
	const permanent, ipv4, ipv6 = 1, 0x0800, 0x86dd
	if len(b) < 28 || b[4] != permanent {
		return dump.Object{}, false
	}
	group := dump.HWAddr(b[8:14]).String()
	switch (attribute{data: b[24:]}).big16() {
	case ipv4:
		group = netip.AddrFrom4([4]byte(b[8:12])).String()
	case ipv6:
		group = netip.AddrFrom16([16]byte(b[8:24])).String()
	}
	text := "grp " + group + " permanent"
	if vid := native.Uint16(b[6:]); vid != 0 {
		text += fmt.Sprint(" vid ", vid)
	}
	return dump.Object{Kind: "mdb", Link: int(native.Uint32(b)), Text: text}, true
}

// filterAddresses reads the unicast addresses that somebody added to the filter of a
// device (bridge fdb add … self). Those of its upper devices the kernel adds.
func (c *conn) filterAddresses() (list []dump.Object, err error) {
	own := map[string]bool{}
	var ns dump.Namespace
	if err := c.dumpLinks(&ns); err != nil {
		return nil, err
	}
	for _, l := range ns.Links {
		own[l.Address.String()] = true
	}
	return c.dumpObjects(unix.RTM_GETNEIGH, unix.AF_BRIDGE, unix.SizeofNdMsg, func(body []byte) (dump.Object, bool) {
		if body[0] != unix.AF_BRIDGE || body[10]&unix.NTF_SELF == 0 {
			return dump.Object{}, false
		}
		attrs := attributes(body[unix.SizeofNdMsg:])
		mac := find(attrs, unix.NDA_LLADDR).copy()
		filters := len(mac) == 6 && mac[0]&1 == 0 && !own[dump.HWAddr(mac).String()] && !has(attrs, unix.NDA_MASTER) && !has(attrs, unix.NDA_DST)
		return dump.Object{Kind: "fdb", Link: int(native.Uint32(body[4:])), Text: dump.HWAddr(mac).String() + " self"}, filters
	})
}

// multicastAddresses reads the link-layer addresses that somebody added to the filter of a
// device (ip maddr add): they have a count of their own in this file, the fourth column.
func multicastAddresses() (list []dump.Object, err error) {
	text, err := readList("dev_mcast")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 5 || f[3] == "0" {
			continue
		}
		index, _ := strconv.Atoi(f[0]) // the kernel's number
		list = append(list, dump.Object{Kind: "maddr", Link: index, Text: f[4] + " static"})
	}
	return list, err
}

// maxList bounds the bytes of a list in /proc/net: some 100,000 lines.
const maxList = 16 << 20

// readList reads a list in /proc/net. A longer one is an error.
func readList(name string) ([]byte, error) {
	f, err := os.Open("/proc/thread-self/net/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxList+1))
	if err == nil && len(text) > maxList {
		err = fmt.Errorf("cannot read %s: it is larger than 16 MiB", f.Name())
	}
	return text, err
}

// virtualServices reads the services of IPVS, each in a line of this file.
func virtualServices() (list []dump.Object, err error) {
	text, err := readList("ip_vs")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) > 1 && (f[0] == "TCP" || f[0] == "UDP" || f[0] == "SCTP" || f[0] == "FWM") {
			list = append(list, dump.Object{Kind: "ipvs service", Text: f[0] + " " + f[1]})
		}
	}
	return list, err
}
