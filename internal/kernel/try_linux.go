package kernel

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// What this process can do depends on the kernel's version, configuration and modules,
// and on the user's rights, so each function Try… does one thing and returns the error.
// It works in a new namespace, which is deleted before it returns. Modules that the
// kernel loaded for it stay loaded.

// tryRoute calls fn with a route socket of a new namespace.
func tryRoute(fn func(*conn) error) error {
	return netns.InTemp(func() error { return inside(fn) })
}

// tryIndex and tryName are those of the link that TryLink creates. Its lower device, if
// the kind requires one, has the next index.
const (
	tryIndex = 100
	tryName  = "try0"
)

// TryLink creates a link of a kind, by its name in ip-link(8).
func TryLink(kind string) error {
	return tryRoute(func(c *conn) error {
		lower := 0
		if requiredByKind[kind].lower {
			lower = tryIndex + 1
			if err := c.tryLink("veth", "lower0", lower, 0); err != nil {
				return fmt.Errorf("its lower device, a veth: %w", err)
			}
		}
		return c.tryLink(kind, tryName, tryIndex, lower)
	})
}

// HasLinkKind reports whether the kernel has a kind of link, by its name in ip-link(8); it
// loads the module if there is one. It is true too if the kernel refuses to answer.
//
// It requests a link without transmit queues. The kernel looks up the kind first
// (rtnl_newlink) and then refuses the number (rtnl_create_link), so no link is created. That
// takes less time than [TryLink]: while the kernel deletes the namespace of that, for 10 to
// 20 ms, it creates no other.
func HasLinkKind(kind string) bool {
	err := inside(func(c *conn) error {
		var b batch
		b.message(unix.RTM_NEWLINK, createNew, func() {
			b.ifinfo(0, 0, 0)
			b.u32(unix.IFLA_NUM_TX_QUEUES, 0)
			b.kindInfo(kind, func() {})
		})
		return c.do(&b)
	})
	return !errors.Is(err, unix.EOPNOTSUPP)
}

// tryLink creates a link; lower is the index of its lower device, 0 for none.
func (c *conn) tryLink(kind, name string, index, lower int) error {
	var b batch
	b.message(unix.RTM_NEWLINK, createNew, func() {
		b.ifinfo(index, 0, 0)
		b.text(unix.IFLA_IFNAME, name)
		if lower != 0 {
			b.u32(unix.IFLA_LINK, uint32(lower))
		}
		b.kindInfo(kind, func() {
			if data := requiredByKind[kind].data; data != nil {
				data(&b)
			}
		})
	})
	return c.do(&b)
}

// TryIPv6 gives lo an IPv6 address.
func TryIPv6() error {
	return tryRoute(func(c *conn) error {
		var b batch
		b.message(unix.RTM_NEWADDR, createNew, func() { b.address(loIndex, netip.MustParsePrefix("2001:db8::1/128")) })
		return c.do(&b)
	})
}

// Of queueing disciplines (linux/pkt_sched.h).
const (
	sizeofTcmsg  = 20
	tcHandleOne  = 1 << 16    // 1:
	tcRoot       = 0xffffffff // TC_H_ROOT
	tcIngress    = 0xfffffff1 // TC_H_INGRESS, TC_H_CLSACT
	tcIngressTop = 0xffff0000 // the handle that those have

	tcaHTBInit  = 2
	tcaTBFParms = 1
	tcaTBFBurst = 6
)

// TryQdisc puts a queueing discipline on lo, by its name in tc(8).
func TryQdisc(kind string) error {
	return tryRoute(func(c *conn) error {
		var b batch
		b.message(unix.RTM_NEWQDISC, createNew, func() {
			h := b.zeros(sizeofTcmsg)
			handle, parent := uint32(tcHandleOne), uint32(tcRoot)
			if kind == "clsact" || kind == "ingress" {
				handle, parent = tcIngressTop, tcIngress
			}
			native.PutUint32(h[4:], loIndex)
			native.PutUint32(h[8:], handle)
			native.PutUint32(h[12:], parent)
			b.text(unix.TCA_KIND, kind)
			b.qdiscOptions(kind)
		})
		return c.do(&b)
	})
}

// qdiscOptions writes the options that the kernel requires for a qdisc.
func (b *batch) qdiscOptions(kind string) {
	switch kind {
	case "netem": // struct tc_netem_qopt: a limit of 1000 packets
		b.attr(unix.TCA_OPTIONS, words(0, 1000, 0, 0, 0, 0))
	case "htb": // struct tc_htb_glob: version 3, as in tc(8)
		b.nest(unix.TCA_OPTIONS, func() { b.attr(tcaHTBInit, words(3, 10, 0, 0, 0)) })
	case "tbf": // struct tc_tbf_qopt: 1 MB/s, queueing 128 KiB, no peak rate
		b.nest(unix.TCA_OPTIONS, func() {
			b.attr(tcaTBFParms, words(0, 0, 1_000_000, 0, 0, 0, 128<<10, 0, 0))
			b.u32(tcaTBFBurst, 128<<10)
		})
	}
}

// words returns a structure of 32-bit numbers.
func words(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = native.AppendUint32(b, n)
	}
	return b
}
