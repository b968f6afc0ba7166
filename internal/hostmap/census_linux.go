package hostmap

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/guarded"
	"github.com/vethlab/vethlab/internal/netns"
)

// takeCensus goes through /proc once. Processes come and go meanwhile: what is
// gone is left out, and what is opened later is checked to be what it was.
func takeCensus() (*census, error) {
	c := &census{held: map[uint64]*held{}}
	w := &walker{mine: os.Getpid(), names: newUsers()}
	w.mount = nsInode("/proc/self/ns/mnt", "mnt:[")
	w.owner = nsInode("/proc/self/ns/user", "user:[")
	c.host = nsInode("/proc/self/ns/net", "net:[")
	if c.host == 0 {
		return nil, errors.New("/proc is not mounted: mount -t proc proc /proc")
	}
	c.of(c.host).doors = []door{{path: "/proc/self/ns/net"}}
	pids, err := numbers("/proc", maxPIDs)
	if err != nil {
		return nil, err
	}
	// This program's mount namespace is told of by itself, under the names that
	// it knows.
	w.claimed.Store(w.mount, true)
	c.add(testimony{process: Process{PID: w.mine}, mounted: readMounts("/proc/self")})
	c.processes = nil
	for _, t := range w.walk(pids) {
		c.add(t)
	}
	c.arrange()
	return c, nil
}

// A walker goes through /proc. What many processes share is looked at once.
type walker struct {
	mine    int    // this process, which holds nothing of its own
	mount   uint64 // inode of its mount namespace
	owner   uint64 // inode of its user namespace
	names   *users
	claimed sync.Map // mount namespaces (uint64) and sockets (string) seen
}

// walk asks each process, a few at a time.
func (w *walker) walk(pids []int) []testimony {
	told := make([]testimony, len(pids))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(pids); i = int(next.Add(1)) - 1 {
				told[i] = w.ask(pids[i])
			}
		})
	}
	wg.Wait()
	return told
}

// ask reads what /proc tells of a process.
func (w *walker) ask(pid int) testimony {
	var t testimony
	dir := "/proc/" + itoa(pid)
	s, ok := readStat(dir)
	if !ok || s.kernel || pid == w.mine {
		return t
	}
	net, err := os.Readlink(dir + "/ns/net")
	t.denied = errors.Is(err, fs.ErrPermission)
	if err != nil && !t.denied {
		return t // it ended, or is a zombie
	}
	t.process = Process{PID: pid, Command: s.command, Parent: s.parent, Net: parseInode(net)}
	w.describe(&t.process, dir)
	if t.denied {
		return t
	}
	if mount := nsInode(dir+"/ns/mnt", "mnt:["); mount != w.mount {
		t.process.Mount = mount
		if _, told := w.claimed.LoadOrStore(mount, true); !told {
			t.mounted = readMounts(dir)
		}
	}
	if owner := nsInode(dir+"/ns/user", "user:["); owner != w.owner {
		t.process.Owner = owner
	}
	if s.threads > 1 {
		w.threads(&t, dir)
	}
	w.descriptors(&t, dir)
	return t
}

// describe reads what anybody may know of a process.
func (w *walker) describe(p *Process, dir string) {
	var st unix.Stat_t
	if unix.Stat(dir, &st) == nil {
		p.UID = int(st.Uid)
		p.User = w.names.name(p.UID)
	}
	p.Stranger = strangerOf(dir)
	if text, err := guarded.Head(dir+"/cmdline", maxArgs); err == nil && len(text) > 0 {
		p.Args = strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
	}
	if text, err := guarded.Head(dir+"/cgroup", maxProc); err == nil {
		p.Cgroup = parseCgroup(string(text))
		p.Unit = escape.Name(unit(p.Cgroup))
	}
}

// What is read of one process at most. Its arguments are its own, megabytes of
// them if it likes: the bound is some times what engines need.
const (
	maxArgs    = 32 << 10 // bytes of arguments
	maxProc    = 64 << 10 // bytes of other files
	maxNumbers = 1 << 16  // threads, descriptors
)

// strangerOf returns who could have chosen what a process is called: whoever runs
// it, and whoever it was started by if it has taken on the rights of another since
// (a setuid program, by whatever name).
func strangerOf(dir string) string {
	text, _ := guarded.Head(dir+"/status", maxProc)
	for line := range strings.Lines(string(text)) {
		uids, ok := strings.CutPrefix(line, "Uid:")
		if !ok {
			continue
		}
		for _, uid := range strings.Fields(uids) {
			if n, err := strconv.Atoi(uid); err != nil || stranger(n) != "" {
				return stranger(n)
			}
		}
		return ""
	}
	return "any user" // it ended, and so nothing is known
}

// stranger says who a user is, if neither root nor the viewer.
func stranger(uid int) string { return guarded.Stranger(uid) }

// threads finds those that have left the namespace of their process.
func (w *walker) threads(t *testimony, dir string) {
	tids, _ := numbers(dir+"/task", maxNumbers)
	for _, tid := range tids {
		path := dir + "/task/" + itoa(tid) + "/ns/net"
		if inode := nsInode(path, "net:["); inode != 0 && inode != t.process.Net {
			t.hold("thread", tid, inode, door{path: path})
		}
	}
}

func (t *testimony) hold(what string, number int, inode uint64, d door) {
	h := Holder{PID: t.process.PID, Command: t.process.Command, What: what, Number: number}
	t.held = append(t.held, holding{h, inode, d})
}

// descriptors finds what a process holds by having it open.
func (w *walker) descriptors(t *testimony, dir string) {
	fds, _ := numbers(dir+"/fd", maxNumbers)
	var pidfd pidfile
	defer pidfd.close()
	for _, fd := range fds {
		path := dir + "/fd/" + itoa(fd)
		link, err := os.Readlink(path)
		switch {
		case err != nil:
		case strings.HasPrefix(link, "net:["):
			t.hold("descriptor", fd, parseInode(link), door{path: path})
		case strings.HasPrefix(link, "socket:["):
			if _, seen := w.claimed.LoadOrStore(link, true); seen {
				continue // it was left to a child, say
			}
			if inode := pidfd.namespace(t.process.PID, fd, unix.SIOCGSKNS); inode != 0 && inode != t.process.Net {
				t.hold("socket", fd, inode, door{pid: t.process.PID, fd: fd})
			}
		case link == "/dev/net/tun":
			w.tap(t, &pidfd, dir, fd)
		case strings.HasPrefix(link, "/") && (link == "/" || strings.Contains(link, "netns") || strings.Contains(link, "/ns")):
			// Opened by the file that it is mounted on, which may be gone.
			if inode := mountedInode(path); inode != 0 {
				t.hold("descriptor", fd, inode, door{path: path})
			}
		}
	}
}

// tunGetDevNetns is TUNGETDEVNETNS (linux/if_tun.h): the namespace that the
// interface is in, which may have been moved.
const tunGetDevNetns = 0x54e3

// tap notes which interface an open /dev/net/tun is.
func (w *walker) tap(t *testimony, pidfd *pidfile, dir string, fd int) {
	text, err := guarded.Head(dir+"/fdinfo/"+itoa(fd), maxProc)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		name, ok := strings.CutPrefix(line, "iff:")
		if !ok {
			continue
		}
		inode := pidfd.namespace(t.process.PID, fd, tunGetDevNetns)
		if inode == 0 {
			inode = t.process.Net
		}
		t.taps = append(t.taps, tap{strings.TrimSpace(name), inode, t.process})
	}
}

// A pidfile is a descriptor of a process, opened when it is needed first. The
// zero value is not open.
type pidfile struct {
	fd     int
	failed bool
}

func (p *pidfile) close() {
	if p.fd != 0 {
		unix.Close(p.fd)
	}
}

// open returns a descriptor of the namespace that a request, made of another
// process's descriptor, answers with.
func (p *pidfile) open(pid, fd int, request uint) (int, error) {
	if p.fd == 0 && !p.failed {
		var err error
		if p.fd, err = unix.PidfdOpen(pid, 0); err != nil {
			p.failed, p.fd = true, 0
		}
	}
	if p.failed {
		return -1, unix.ESRCH
	}
	own, err := unix.PidfdGetfd(p.fd, fd, 0)
	if err != nil {
		return -1, os.NewSyscallError("pidfd_getfd", err)
	}
	defer unix.Close(own)
	ns, err := unix.IoctlRetInt(own, request)
	if err != nil {
		return -1, os.NewSyscallError("ioctl", err)
	}
	return ns, nil
}

// namespace returns the inode of that namespace; 0: it can't be known.
func (p *pidfile) namespace(pid, fd int, request uint) uint64 {
	ns, err := p.open(pid, fd, request)
	if err != nil {
		return 0
	}
	defer unix.Close(ns)
	return fdInode(ns)
}

// open opens a namespace by the first of its doors that still leads there.
func (h *held) open() (int, error) {
	var failed error
	for _, d := range h.doors {
		fd, err := d.open()
		if err != nil {
			failed = err
			continue
		}
		if fdInode(fd) == h.inode {
			return fd, nil
		}
		unix.Close(fd)
	}
	if failed == nil {
		failed = fs.ErrNotExist
	}
	return -1, failed
}

func (d door) open() (int, error) {
	if d.pid != 0 {
		var p pidfile
		defer p.close()
		return p.open(d.pid, d.fd, unix.SIOCGSKNS)
	}
	return netns.OpenPath(d.path)
}

// fdInode returns the inode of an open namespace; 0: it is none.
func fdInode(fd int) uint64 {
	var sfs unix.Statfs_t
	var st unix.Stat_t
	if unix.Fstatfs(fd, &sfs) != nil || sfs.Type != unix.NSFS_MAGIC || unix.Fstat(fd, &st) != nil {
		return 0
	}
	return st.Ino
}

// mountedInode returns the inode of the network namespace that a descriptor in
// /proc stands for; 0: it is something else.
func mountedInode(path string) uint64 {
	fd, err := netns.OpenPath(path)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	return fdInode(fd)
}

// nsInode reads a link below /proc/PID/ns; 0: it can't be read.
func nsInode(path, kind string) uint64 {
	link, err := os.Readlink(path)
	if err != nil || !strings.HasPrefix(link, kind) {
		return 0
	}
	return bracketed(link[len(kind):])
}

func readMounts(dir string) []mounted {
	f, err := os.Open(dir + "/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	return parseMountinfo(f)
}

// maxPIDs is PID_MAX_LIMIT (linux/threads.h).
const maxPIDs = 1 << 22

// numbers returns the entries of a folder of /proc that are numbers, at most so
// many.
func numbers(dir string, most int) ([]int, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(most)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	list := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			list = append(list, n)
		}
	}
	return list, err
}

// stat is what is of use in /proc/PID/stat.
type stat struct {
	command         string
	parent, threads int
	kernel          bool // a thread of the kernel's, which holds nothing
}

func readStat(dir string) (stat, bool) {
	text, err := guarded.Head(dir+"/stat", maxProc)
	if err != nil {
		return stat{}, false
	}
	// The name, in parentheses, may hold anything: read on after the last one.
	open, shut := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || shut < open {
		return stat{}, false
	}
	f := strings.Fields(string(text[shut+1:]))
	const parent, flags, threads = 1, 6, 17 // counted from the state
	if len(f) <= threads {
		return stat{}, false
	}
	s := stat{command: escape.Name(string(text[open+1 : shut]))}
	s.parent, _ = strconv.Atoi(f[parent])
	s.threads, _ = strconv.Atoi(f[threads])
	const kthread = 0x00200000 // PF_KTHREAD (linux/sched.h)
	bits, _ := strconv.ParseUint(f[flags], 10, 64)
	s.kernel = bits&kthread != 0
	return s, true
}
