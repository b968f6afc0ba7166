package hostmap

import (
	"cmp"
	"slices"
	"strings"
)

// A census is what one walk through /proc finds.
type census struct {
	host      uint64 // inode of this program's own namespace
	processes []Process
	held      map[uint64]*held
	files     []filed
	taps      []tap
	denied    int // processes that this user may not look at
}

// held says who holds a namespace.
type held struct {
	inode   uint64
	doors   []door
	holders []Holder
}

// A filed namespace is one mounted on a file, below the root that some processes
// see it from.
type filed struct {
	mounted
	pid  int    // of one that sees it; 0: this program does
	by   string // who could have mounted it, if neither root nor the viewer
	root string // as evidence.root has it
}

// A door is where a namespace can be opened.
type door struct {
	path string
	pid  int // if not 0: through a socket that this process has open as fd
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

// add takes over what one process told.
func (c *census) add(t testimony) {
	if t.denied {
		c.denied++
	}
	if t.process.PID == 0 {
		return // it ended
	}
	c.processes = append(c.processes, t.process)
	proc := "/proc/" + itoa(t.process.PID)
	if t.process.Net != 0 {
		h := c.of(t.process.Net)
		h.doors = append(h.doors, door{path: proc + "/ns/net"})
	}
	for _, x := range t.held {
		h := c.of(x.inode)
		h.holders = append(h.holders, x.Holder)
		h.doors = append(h.doors, x.door)
	}
	for _, m := range t.mounted {
		f := filed{mounted: m}
		path := m.path
		if t.process.Mount != 0 {
			f.pid, f.root = t.process.PID, strings.TrimPrefix(proc+"/root", "/")
			path = proc + "/root" + m.path
			if t.process.Owner != 0 { // what is mounted in ours only root has mounted
				f.by = t.process.Stranger
			}
		}
		c.files = append(c.files, f)
		h := c.of(m.inode)
		h.doors = append(h.doors, door{path: path})
	}
	c.taps = append(c.taps, t.taps...)
}

// arrange sorts what was found, so that the same machine gives the same map.
func (c *census) arrange() {
	slices.SortFunc(c.processes, func(a, b Process) int { return a.PID - b.PID })
	slices.SortFunc(c.files, func(a, b filed) int {
		return cmp.Or(a.pid-b.pid, strings.Compare(a.path, b.path))
	})
	for _, h := range c.held {
		slices.SortFunc(h.holders, func(a, b Holder) int {
			return cmp.Or(a.PID-b.PID, strings.Compare(a.What, b.What), a.Number-b.Number)
		})
	}
}

// inodeOf returns the namespace on a file that is seen from a root; 0: none.
func (c *census) inodeOf(root, path string) uint64 {
	path = clean("", path)
	for _, f := range slices.Backward(c.files) {
		if f.root == root && clean("", f.path) == path {
			return f.inode
		}
	}
	// A mount namespace is asked once, through any of its processes.
	for _, f := range slices.Backward(c.files) {
		if clean("", f.path) == path {
			return f.inode
		}
	}
	return 0
}

// A testimony is what /proc tells of one process.
type testimony struct {
	process Process
	denied  bool // this user may not look at it
	held    []holding
	mounted []mounted // in its mount namespace, if nobody told before
	taps    []tap
}

type holding struct {
	Holder
	inode uint64
	door  door
}
