package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/xtables"
)

// Xtables reads the tables of legacy iptables, ip6tables and arptables of a namespace,
// with what their rules have counted. Those of legacy ebtables can't be listed without
// being created, and are not read.
func Xtables(namespace string) ([]xtables.Table, error) {
	var tables []xtables.Table
	err := netns.Do(namespace, func() (err error) {
		tables, err = readXtables()
		return err
	})
	return tables, err
}

// XtablesOf is [Xtables] of several namespaces, without those that have no table and
// those that were deleted.
func XtablesOf(namespaces []string) (map[string][]xtables.Table, error) {
	seen := make([][]xtables.Table, len(namespaces))
	err := netns.Each(namespaces, func(i int) (err error) {
		seen[i], err = readXtables()
		return err
	})
	tables := map[string][]xtables.Table{}
	for i, name := range namespaces {
		if len(seen[i]) > 0 {
			tables[name] = seen[i]
		}
	}
	return tables, ignoreDeleted(err)
}

// An xtablesFamily is how the tables of a family are read (linux/netfilter_ipv4/ip_tables.h,
// linux/netfilter_ipv6/ip6_tables.h, linux/netfilter_arp/arp_tables.h).
type xtablesFamily struct {
	xtables.Family
	names         string // file that lists the tables
	domain, level int    // of a socket
	getInfo       int    // socket option; the next one returns the entries
	hooks         int
}

var xtablesFamilies = []xtablesFamily{
	{xtables.IPv4, "ip_tables_names", unix.AF_INET, unix.SOL_IP, 64, 5},
	{xtables.IPv6, "ip6_tables_names", unix.AF_INET6, unix.SOL_IPV6, 64, 5},
	{xtables.ARP, "arp_tables_names", unix.AF_INET, unix.SOL_IP, 96, 3},
}

// readXtables reads the tables of the namespace that the calling thread is in. It asks
// only for those that are listed: the kernel creates a table that is asked for.
func readXtables() ([]xtables.Table, error) {
	var tables []xtables.Table
	for _, f := range xtablesFamilies {
		names := xtablesNames(f.names)
		if len(names) == 0 {
			continue
		}
		fd, err := unix.Socket(f.domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, os.NewSyscallError("socket", err)
		}
		for _, name := range names {
			t, err := f.table(fd, name)
			if err != nil {
				t = xtables.Table{Family: f.Family, Name: name, Chains: []xtables.Chain{}, Unread: "cannot be read: " + err.Error()}
			}
			tables = append(tables, t)
		}
		unix.Close(fd)
	}
	return tables, nil
}

// maxNames bounds the list of tables, in bytes; the kernel has five tables.
const maxNames = 4096

// xtablesNames returns the tables that a file of /proc/net lists, in its order. A kernel
// without them has no such file, and a namespace of another owner none that can be read.
func xtablesNames(file string) []string {
	fd, err := unix.Open("/proc/thread-self/net/"+file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	b := make([]byte, maxNames)
	n, err := unix.Read(fd, b)
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[:n]))
}

// table reads and decodes one table.
func (f xtablesFamily) table(fd int, name string) (xtables.Table, error) {
	info, entries, err := f.read(fd, name)
	if err != nil {
		return xtables.Table{}, err
	}
	return xtables.Decode(info, entries)
}

// read reads one table, again if it is replaced by one of another size meanwhile.
func (f xtablesFamily) read(fd int, name string) (info xtables.Info, entries []byte, err error) {
	for range dumpTries {
		if info, err = f.info(fd, name); err != nil {
			break
		}
		if entries, err = f.entries(fd, info); !errors.Is(err, unix.EAGAIN) {
			break
		}
	}
	return info, entries, err
}

// xtablesNameSize is XT_TABLE_MAXNAMELEN.
const xtablesNameSize = 32

// info reads a struct ipt_getinfo.
func (f xtablesFamily) info(fd int, name string) (xtables.Info, error) {
	info := xtables.Info{Family: f.Family, Name: name}
	b := make([]byte, xtablesNameSize+4*(1+2*f.hooks+2))
	if len(name) >= xtablesNameSize {
		return info, errXtables
	}
	copy(b, name)
	if err := getsockopt(fd, f.level, f.getInfo, b); err != nil {
		return info, err
	}
	at := xtablesNameSize
	next := func() uint32 {
		n := binary.NativeEndian.Uint32(b[at:])
		at += 4
		return n
	}
	info.ValidHooks = next()
	for i := range f.hooks {
		info.HookEntry[i] = next()
	}
	for i := range f.hooks {
		info.Underflow[i] = next()
	}
	info.Entries, info.Size = next(), next()
	return info, nil
}

// maxEntries bounds the entries of a table, in bytes. A rule has some 200.
const maxEntries = 64 << 20

// entries reads the entries that follow a struct ipt_get_entries.
func (f xtablesFamily) entries(fd int, info xtables.Info) ([]byte, error) {
	const header = xtablesNameSize + 8 // a size, aligned to what entries begin with
	if info.Size > maxEntries {
		return nil, fmt.Errorf("%d rules are too many (want at most %d bytes)", info.Entries, maxEntries)
	}
	b := make([]byte, header+int(info.Size))
	copy(b, info.Name)
	binary.NativeEndian.PutUint32(b[xtablesNameSize:], info.Size)
	return b[header:], getsockopt(fd, f.level, f.getInfo+1, b)
}

// getsockopt fills b, of which the kernel reads the beginning. It fails if the kernel
// returns another size.
func getsockopt(fd, level, name int, b []byte) error {
	size := uint32(len(b))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name),
		uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&size)), 0)
	switch {
	case errno != 0:
		return errno
	case int(size) != len(b):
		return errXtables
	}
	return nil
}

var errXtables = errors.New("unexpected size of the answer")
