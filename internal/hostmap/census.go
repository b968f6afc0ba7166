package hostmap

import (
	"cmp"
	"slices"
	"strings"
)

// A census is the result of one walk through /proc.
type census struct {
	host      uint64 // inode of this program's own namespace
	processes []Process
	held      map[uint64]*held
	files     []nsFile
	taps      []tap
	denied    int // processes whose namespace this user may not read
}

// held lists the holders of a namespace.
type held struct {
	inode   uint64
	handles []handle
	holders []Holder
}

// An nsFile is a file with a namespace mounted on it, in some mount namespace.
type nsFile struct {
	mounted
	pid  int    // of a process in that mount namespace; 0: this program's
	by   string // the user who may have mounted it, if neither root nor the viewer
	root string // as evidence.root has it
}

// A handle is a path or socket by which a namespace can be opened.
type handle struct {
	path string
	pid  int // not 0: by SIOCGSKNS on the socket fd of this process
	fd   int
}

// A tap is an open tun or tap interface.
type tap struct {
	name  string
	inode uint64 // of the namespace that it is in
	by    Process
}

// of returns the entry of a namespace.
func (c *census) of(inode uint64) *held {
	h := c.held[inode]
	if h == nil {
		h = &held{inode: inode}
		c.held[inode] = h
	}
	return h
}

// add adds what was read of one process.
func (c *census) add(t procInfo) {
	if t.denied {
		c.denied++
	}
	if t.process.PID == 0 {
		return // the process has exited
	}
	c.processes = append(c.processes, t.process)
	proc := "/proc/" + itoa(t.process.PID)
	if t.process.Net != 0 {
		h := c.of(t.process.Net)
		h.handles = append(h.handles, handle{path: proc + "/ns/net"})
	}
	for _, x := range t.held {
		h := c.of(x.inode)
		h.holders = append(h.holders, x.Holder)
		h.handles = append(h.handles, x.handle)
	}
	for _, m := range t.mounted {
		f := nsFile{mounted: m}
		path := m.path
		if t.process.Mount != 0 {
			f.pid, f.root = t.process.PID, strings.TrimPrefix(proc+"/root", "/")
			path = proc + "/root" + m.path
			if t.process.Owner != 0 { // in this user namespace only root can mount
				f.by = t.process.Untrusted
			}
		}
		c.files = append(c.files, f)
		h := c.of(m.inode)
		h.handles = append(h.handles, handle{path: path})
	}
	c.taps = append(c.taps, t.taps...)
}

// arrange sorts the lists, so that the map does not depend on the order in /proc.
func (c *census) arrange() {
	slices.SortFunc(c.processes, func(a, b Process) int { return a.PID - b.PID })
	slices.SortFunc(c.files, func(a, b nsFile) int {
		return cmp.Or(a.pid-b.pid, strings.Compare(a.path, b.path))
	})
	for _, h := range c.held {
		slices.SortFunc(h.holders, func(a, b Holder) int {
			return cmp.Or(a.PID-b.PID, strings.Compare(a.What, b.What), a.Number-b.Number)
		})
	}
}

// inodeOf returns the inode of the namespace mounted on a file below a root; 0: none.
func (c *census) inodeOf(root, path string) uint64 {
	path = clean("", path)
	for _, f := range slices.Backward(c.files) {
		if f.root == root && clean("", f.path) == path {
			return f.inode
		}
	}
	// A mount namespace is read once, through any of its processes.
	for _, f := range slices.Backward(c.files) {
		if clean("", f.path) == path {
			return f.inode
		}
	}
	return 0
}

// A procInfo is what was read in /proc of one process.
type procInfo struct {
	process Process
	denied  bool // this user may not read its namespaces
	held    []holding
	mounted []mounted // in its mount namespace, unless read before
	taps    []tap
}

type holding struct {
	Holder
	inode  uint64
	handle handle
}
