package kernel

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// What is read of namespaces that another user owns, in bytes of netlink messages. Such a
// user can add objects at no cost; only root's and the viewer's own namespaces are read
// whole.
const (
	// foreignDumpBytes bounds each dump of a namespace: it holds some 950 links, 14,000
	// addresses or 17,000 routes. A full Kubernetes node without root has some 500 pods,
	// each with one link and some routes, and an address for each of its services.
	foreignDumpBytes = 1 << 20

	// foreignOwnerBytes bounds all namespaces of one user: it holds a lab of 5,000 nodes with
	// two links each.
	foreignOwnerBytes = 16 << 20

	// foreignTries is dumpTries for them: who changes something all the time is not
	// waited for.
	foreignTries = 3
)

// errLimit ends a dump at a bound.
var errLimit = errors.New("netlink: dump ended at the limit for namespaces of other users")

// An account is the user on whose account a namespace is read, see [netnsOwner].
type account int64

const (
	trusted account = -1 - iota // root, or the viewer

	// unknownOwner is that of namespaces that are known only as the far end of a link.
	// Anybody can move a link to a namespace of its own.
	unknownOwner
)

// String returns "user 1000"; "" if trusted.
func (a account) String() string {
	switch a {
	case trusted:
		return ""
	case unknownOwner:
		return "an unknown user"
	}
	return fmt.Sprintf("user %d", int64(a))
}

// netnsOwner returns the owner of the network namespace of an open descriptor: of the
// outermost user namespace around it that is below this program's. Inside that one the
// same user can make others, with as many user IDs as /etc/subuid gives.
func netnsOwner(fd int) account {
	var own unix.Stat_t
	if err := unix.Stat("/proc/self/ns/user", &own); err != nil {
		return unknownOwner
	}
	const maxNested = 33 // user namespaces (user_namespaces(7))
	found := trusted
	at, err := unix.IoctlRetInt(fd, unix.NS_GET_USERNS)
	for range maxNested {
		if err != nil {
			return found // EPERM: an ancestor of this program's user namespace
		}
		var st unix.Stat_t
		statErr := unix.Fstat(at, &st)
		uid, uidErr := unix.IoctlGetUint32(at, unix.NS_GET_OWNER_UID)
		if statErr != nil || uidErr != nil || st.Ino == own.Ino {
			unix.Close(at)
			return found
		}
		if uid != 0 && int(uid) != os.Geteuid() {
			found = account(uid)
		}
		var parent int
		parent, err = unix.IoctlRetInt(at, unix.NS_GET_PARENT)
		unix.Close(at)
		at = parent
	}
	return found
}

// A foreignLimit bounds what is read of namespaces of other users. It may be used by
// several goroutines.
type foreignLimit struct {
	mu     sync.Mutex // guards the rest
	owners map[int32]account
	read   map[foreignDump]int  // bytes of the last dump
	sum    map[account]int      // of read
	cuts   map[int32][]dump.Cut // of routes, see [Observer.DefaultRoutes]
}

// A foreignDump is a type of object of a namespace.
type foreignDump struct {
	netns int32
	typ   uint16
}

func newForeignLimit() *foreignLimit {
	return &foreignLimit{owners: map[int32]account{}, read: map[foreignDump]int{}, sum: map[account]int{}, cuts: map[int32][]dump.Cut{}}
}

func (l *foreignLimit) setOwner(netns int32, o account) {
	l.forget(netns)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owners[netns] = o
}

func (l *foreignLimit) owner(netns int32) account {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ownerLocked(netns)
}

func (l *foreignLimit) ownerLocked(netns int32) account {
	if o, ok := l.owners[netns]; ok {
		return o
	}
	return unknownOwner
}

// forget gives back what was read of a namespace that is deleted.
func (l *foreignLimit) forget(netns int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d, n := range l.read {
		if d.netns == netns {
			l.sum[l.ownerLocked(netns)] -= n
			delete(l.read, d)
		}
	}
	delete(l.owners, netns)
}

func (l *foreignLimit) addCuts(netns int32, cuts []dump.Cut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cuts[netns] = append(l.cuts[netns], cuts...)
}

func (l *foreignLimit) cutsOf(netns int32) []dump.Cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cuts[netns]
}

// reader returns the bound of a namespace; nil if the owner is trusted.
func (l *foreignLimit) reader(netns int32) *foreignRead {
	o := l.owner(netns)
	if o == trusted {
		return nil
	}
	return &foreignRead{limit: l, netns: netns, owner: o}
}

// A foreignRead bounds the dumps of one namespace of another user. A nil one bounds
// nothing.
type foreignRead struct {
	limit *foreignLimit
	netns int32
	owner account

	dump    foreignDump // the current one
	objects int         // read by it
	cuts    []dump.Cut
}

func (r *foreignRead) tries() int {
	if r == nil {
		return dumpTries
	}
	return foreignTries
}

// begin gives back what the last dump of that type has read.
func (r *foreignRead) begin(typ uint16) {
	if r == nil {
		return
	}
	l := r.limit
	l.mu.Lock()
	defer l.mu.Unlock()
	r.dump, r.objects = foreignDump{r.netns, typ}, 0
	l.sum[r.owner] -= l.read[r.dump]
	delete(l.read, r.dump)
}

// take reports whether an object of so many bytes may still be read.
func (r *foreignRead) take(bytes int) bool {
	if r == nil {
		return true
	}
	l := r.limit
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.read[r.dump]+bytes > foreignDumpBytes || l.sum[r.owner]+bytes > foreignOwnerBytes {
		return false
	}
	l.read[r.dump] += bytes
	l.sum[r.owner] += bytes
	r.objects++
	return true
}

// accept returns nil for a dump that has ended early, and notes the cut. Linux 5.10 ends a
// dump with EMSGSIZE at an object that takes more than 32 KiB; Linux 6.18 ends it without an
// error, see checkLinks.
func (r *foreignRead) accept(err error, typ uint16) error {
	cut := errors.Is(err, errLimit) || errors.Is(err, unix.EMSGSIZE)
	if r == nil || !cut && !errors.Is(err, errInterrupted) && !errors.Is(err, errTruncated) {
		return err
	}
	c := dump.Cut{What: dumpWords(typ), Read: r.objects}
	if cut && !slices.Contains(r.cuts, c) {
		r.cuts = append(r.cuts, c)
	}
	return nil
}

// checkLinks notes a cut if links are missing. The kernel ends a dump of another namespace
// without an error at a link that takes more than 32 KiB, as one with 300 long alternative
// names does: lo is missing then, or a link that has an address.
func (r *foreignRead) checkLinks(ns *dump.Namespace) {
	if r == nil || slices.ContainsFunc(r.cuts, func(c dump.Cut) bool { return c.What == dumpWords(unix.RTM_GETLINK) }) {
		return
	}
	known := map[int]bool{}
	for _, l := range ns.Links {
		known[l.Index] = true
	}
	if !known[loIndex] || slices.ContainsFunc(ns.Addresses, func(a dump.Address) bool { return !known[a.Index] }) {
		r.cuts = append(r.cuts, dump.Cut{What: dumpWords(unix.RTM_GETLINK), Read: len(ns.Links)})
	}
}

// cutList returns what was cut.
func (r *foreignRead) cutList() []dump.Cut {
	if r == nil {
		return nil
	}
	return r.cuts
}

// dumpWords returns the name of the objects of a request.
func dumpWords(typ uint16) string {
	switch typ {
	case unix.RTM_GETLINK:
		return "links"
	case unix.RTM_GETADDR:
		return "addresses"
	case unix.RTM_GETROUTE:
		return "routes"
	case unix.RTM_GETRULE:
		return "rules"
	case unix.RTM_GETNEIGH:
		return "neighbours"
	}
	return "objects"
}
