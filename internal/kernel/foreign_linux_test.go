package kernel

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// mallory is the UID of a user that is neither root nor the viewer.
const mallory = 65533

// foreignNamespace returns a descriptor of a network namespace that mallory owns.
func foreignNamespace(t *testing.T) int {
	t.Helper()
	netnstest.Need(t)
	cmd := exec.Command("unshare", "--user", "--map-root-user", "--net", "cat")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: mallory, Gid: mallory}, Pdeathsig: unix.SIGKILL}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	const tries, pause = 200, 10 * time.Millisecond
	for range tries {
		time.Sleep(pause)
		fd, err := netns.OpenPath(fmt.Sprintf("/proc/%d/ns/net", cmd.Process.Pid))
		if err != nil {
			continue
		}
		if netnsOwner(fd) == mallory {
			t.Cleanup(func() { unix.Close(fd) })
			return fd
		}
		unix.Close(fd)
	}
	t.Skip("cannot make a user namespace as another user")
	return -1
}

// fill sends requests in a namespace.
func fill(t *testing.T, fd, count int, request func(b *batch, i int)) {
	t.Helper()
	err := netns.DoFd(fd, func() error {
		return inside(func(c *conn) error {
			var b batch
			for i := range count {
				b.op = i
				request(&b, i)
			}
			return c.do(&b)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

const manyObjects = 20_000

func addressNumber(i int) []byte { return []byte{30, byte(i >> 16), byte(i >> 8), byte(i)} }

func loUp(b *batch, _ int) {
	b.message(unix.RTM_SETLINK, 0, func() { b.ifinfo(loIndex, unix.IFF_UP, unix.IFF_UP) })
}

// A user who fills a namespace is read up to the bound; the next dump of the same socket is
// whole, and so is that of namespaces of root.
func TestForeignNamespaceIsCut(t *testing.T) {
	fd := foreignNamespace(t)
	fill(t, fd, 1, loUp)
	fill(t, fd, manyObjects, func(b *batch, i int) {
		b.message(unix.RTM_NEWADDR, unix.NLM_F_CREATE, func() {
			h := b.zeros(unix.SizeofIfAddrmsg)
			h[0], h[1] = unix.AF_INET, 32
			native.PutUint32(h[4:], loIndex)
			b.attr(unix.IFA_LOCAL, addressNumber(i))
		})
	})
	o, err := NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	id, err := o.Add(fd)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w, err := o.Read()
		if err != nil {
			t.Fatal(err)
		}
		ns := w.Namespaces[id]
		if ns == nil || len(ns.Addresses) == 0 || len(ns.Addresses) >= manyObjects {
			t.Fatalf("not cut: %v, %v", ns, w.Unreadable)
		}
		want := dump.Cut{What: "addresses", Read: len(ns.Addresses)}
		if !slices.Contains(ns.Cuts, want) || ns.Owner != fmt.Sprintf("user %d", mallory) {
			t.Errorf("cuts %v of %q, want %v", ns.Cuts, ns.Owner, want)
		}
		if n := o.limit.sum[mallory]; n > 2*foreignDumpBytes {
			t.Errorf("%d bytes read", n)
		}
		if len(ns.Links) == 0 || ns.Links[0].Name != "lo" {
			t.Errorf("links %v", ns.Links)
		}
	}
}

// Default routes are found among many others of which few are read.
func TestDefaultRoutesAmongMany(t *testing.T) {
	fd := foreignNamespace(t)
	fill(t, fd, 1, loUp)
	fill(t, fd, manyObjects, func(b *batch, i int) {
		b.message(unix.RTM_NEWROUTE, unix.NLM_F_CREATE, func() {
			h := b.zeros(unix.SizeofRtMsg)
			h[0], h[4], h[5], h[7] = unix.AF_INET, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RTN_UNICAST
			if i > 0 {
				h[1] = 32
				b.attr(unix.RTA_DST, addressNumber(i))
			}
			b.u32(unix.RTA_OIF, loIndex)
		})
	})
	o, err := NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	id, err := o.Add(fd)
	if err != nil {
		t.Fatal(err)
	}
	routes, err := o.DefaultRoutes(id, fd)
	if err != nil || len(routes) != 1 || routes[0].To != netip.MustParsePrefix("0.0.0.0/0") || routes[0].Index != loIndex {
		t.Errorf("default routes %v, %v", routes, err)
	}
	if n := o.limit.sum[mallory]; n > inSize {
		t.Errorf("%d bytes of routes read", n)
	}
}

// A link with more alternative names than the receive buffer holds is read all the same, or
// said to be missing.
func TestLargeLink(t *testing.T) {
	const rtmNewLinkProp, iflaPropList, iflaAltIfname, count = 108, 52, 53, 300
	fd := foreignNamespace(t)
	fill(t, fd, count, func(b *batch, i int) {
		b.message(rtmNewLinkProp, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_APPEND, func() {
			b.ifinfo(loIndex, 0, 0)
			b.nest(iflaPropList|unix.NLA_F_NESTED, func() { b.text(iflaAltIfname, fmt.Sprintf("n%0120d", i)) })
		})
	})
	o, err := NewObserver()
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	id, err := o.Add(fd)
	if err != nil {
		t.Fatal(err)
	}
	w, err := o.Read()
	ns := w.Namespaces[id]
	if err != nil || ns == nil {
		t.Fatalf("read %v, %v", w.Unreadable, err)
	}
	// Kernels differ in whether they dump such a link.
	if len(ns.Links) == 0 && !slices.Contains(ns.Cuts, dump.Cut{What: "links"}) || len(ns.Links) > 0 && len(ns.Links[0].AltNames) != count {
		t.Errorf("%d links, cuts %v", len(ns.Links), ns.Cuts)
	}
	err = netns.DoFd(fd, func() error {
		return inside(func(c *conn) error {
			return c.dumpLinksBy(ns, func(b *batch) {
				b.ifinfo(0, 0, 0)
				b.u32(unix.IFLA_EXT_MASK, rtextFilterSkipStats)
			}, decodeLink)
		})
	})
	if err != nil || len(ns.Links) != 1 || len(ns.Links[0].AltNames) != count {
		t.Errorf("%d links read inside, %v", len(ns.Links), err)
	}
	if lo, err := o.link(dump.LinkRef{Netns: id, Index: loIndex}); err != nil || len(lo.AltNames) != count {
		t.Errorf("link: %v", err)
	}
}

// All namespaces of one user have one bound; another user's are not concerned.
func TestForeignOwnerLimit(t *testing.T) {
	l := newForeignLimit()
	l.setOwner(0, trusted)
	const each = foreignDumpBytes / 2
	read := 0
	for id := int32(1); id <= 100; id++ {
		l.setOwner(id, mallory)
		r := l.reader(id)
		r.begin(unix.RTM_GETADDR)
		if r.take(each) {
			read += each
		} else if r.accept(errLimit, unix.RTM_GETADDR) != nil || len(r.cutList()) != 1 {
			t.Fatalf("namespace %d: cuts %v", id, r.cutList())
		}
	}
	if read != foreignOwnerBytes {
		t.Errorf("%d bytes of one user read, want %d", read, foreignOwnerBytes)
	}
	l.setOwner(200, mallory+1)
	if r := l.reader(200); !r.take(each) || r.take(foreignDumpBytes) {
		t.Error("another user has another bound, and each dump its own")
	}
	if l.reader(0) != nil {
		t.Error("root's namespaces have no bound")
	}
	l.forget(1)
	if r := l.reader(2); !r.take(each) {
		t.Error("a deleted namespace gives back what was read of it")
	}
	if os.Geteuid() == 0 && l.reader(300).owner != unknownOwner {
		t.Error("a namespace that was not added has an unknown owner")
	}
}
