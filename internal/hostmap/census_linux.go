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

// takeCensus walks through /proc once. Processes that exit meanwhile are left out; a
// namespace that is opened later is checked by its inode.
func takeCensus() (*census, error) {
	c := &census{held: map[uint64]*held{}}
	w := &walker{mine: os.Getpid(), names: newUsers()}
	w.mount = nsInode("/proc/self/ns/mnt", "mnt:[")
	w.owner = nsInode("/proc/self/ns/user", "user:[")
	c.host = nsInode("/proc/self/ns/net", "net:[")
	if c.host == 0 {
		return nil, errors.New("/proc is not mounted: mount -t proc proc /proc")
	}
	c.of(c.host).handles = []handle{{path: "/proc/self/ns/net"}}
	pids, err := numbers("/proc", maxPIDs)
	if err != nil {
		return nil, err
	}
	// This program's mount namespace is read through itself, with its own paths.
	w.claimed.Store(w.mount, true)
	c.add(procInfo{process: Process{PID: w.mine}, mounted: readMounts("/proc/self")})
	c.processes = nil
	for _, t := range w.walk(pids) {
		c.add(t)
	}
	c.arrange()
	return c, nil
}

// A walker walks through /proc. Mount namespaces and sockets that several processes
// share are read once.
type walker struct {
	mine    int    // this process, which is left out
	mount   uint64 // inode of its mount namespace
	owner   uint64 // inode of its user namespace
	names   *users
	claimed sync.Map // mount namespaces (uint64) and sockets (string) seen
}

// walk reads each process, up to four at a time.
func (w *walker) walk(pids []int) []procInfo {
	infos := make([]procInfo, len(pids))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(pids); i = int(next.Add(1)) - 1 {
				infos[i] = w.read(pids[i])
			}
		})
	}
	wg.Wait()
	return infos
}

// read reads a process in /proc.
func (w *walker) read(pid int) procInfo {
	var t procInfo
	dir := "/proc/" + itoa(pid)
	s, ok := readStat(dir)
	if !ok || s.kernel || pid == w.mine {
		return t
	}
	net, err := os.Readlink(dir + "/ns/net")
	t.denied = errors.Is(err, fs.ErrPermission)
	if err != nil && !t.denied {
		return t // the process has exited, or is a zombie
	}
	t.process = Process{PID: pid, Command: s.command, Parent: s.parent, Net: parseInode(net)}
	w.describe(&t.process, dir)
	if t.denied {
		return t
	}
	if mount := nsInode(dir+"/ns/mnt", "mnt:["); mount != w.mount {
		t.process.Mount = mount
		if _, seen := w.claimed.LoadOrStore(mount, true); !seen {
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

// describe reads what every user may read of a process.
func (w *walker) describe(p *Process, dir string) {
	var st unix.Stat_t
	if unix.Stat(dir, &st) == nil {
		p.UID = int(st.Uid)
		p.User = w.names.name(p.UID)
	}
	p.Untrusted = untrustedOf(dir)
	if text, err := guarded.Head(dir+"/cmdline", maxArgs); err == nil && len(text) > 0 {
		p.Args = strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
	}
	if text, err := guarded.Head(dir+"/cgroup", maxProc); err == nil {
		p.Cgroup = parseCgroup(string(text))
		p.Unit = escape.Name(unit(p.Cgroup))
	}
}

// The most that is read of one process. A process can have megabytes of arguments;
// maxArgs is several times what engines need.
const (
	maxArgs    = 32 << 10 // bytes of arguments
	maxProc    = 64 << 10 // bytes of other files
	maxNumbers = 1 << 16  // threads, descriptors
)

// untrustedOf returns the user, if neither root nor the viewer, who may have chosen a
// process's name and arguments: any of its UIDs, since a set-uid program keeps the
// arguments of the user who started it.
func untrustedOf(dir string) string {
	text, _ := guarded.Head(dir+"/status", maxProc)
	for line := range strings.Lines(string(text)) {
		uids, ok := strings.CutPrefix(line, "Uid:")
		if !ok {
			continue
		}
		for uid := range strings.FieldsSeq(uids) {
			if n, err := strconv.Atoi(uid); err != nil || untrusted(n) != "" {
				return untrusted(n)
			}
		}
		return ""
	}
	return "any user" // the process has exited: unknown
}

// untrusted returns "user UID" if uid is neither root nor the viewer, else "".
func untrusted(uid int) string { return guarded.Untrusted(uid) }

// threads adds the namespaces of threads that differ from their process's.
func (w *walker) threads(t *procInfo, dir string) {
	tids, _ := numbers(dir+"/task", maxNumbers)
	for _, tid := range tids {
		path := dir + "/task/" + itoa(tid) + "/ns/net"
		if inode := nsInode(path, "net:["); inode != 0 && inode != t.process.Net {
			t.hold("thread", tid, inode, handle{path: path})
		}
	}
}

func (t *procInfo) hold(what string, number int, inode uint64, d handle) {
	h := Holder{PID: t.process.PID, Command: t.process.Command, What: what, Number: number}
	t.held = append(t.held, holding{h, inode, d})
}

// descriptors adds the namespaces that a process holds by open descriptors.
func (w *walker) descriptors(t *procInfo, dir string) {
	fds, _ := numbers(dir+"/fd", maxNumbers)
	var pidfd pidfile
	defer pidfd.close()
	for _, fd := range fds {
		path := dir + "/fd/" + itoa(fd)
		link, err := os.Readlink(path)
		switch {
		case err != nil:
		case strings.HasPrefix(link, "net:["):
			t.hold("descriptor", fd, parseInode(link), handle{path: path})
		case strings.HasPrefix(link, "socket:["):
			if _, seen := w.claimed.LoadOrStore(link, true); seen {
				continue // inherited from another process
			}
			if inode := pidfd.namespace(t.process.PID, fd, unix.SIOCGSKNS); inode != 0 && inode != t.process.Net {
				t.hold("socket", fd, inode, handle{pid: t.process.PID, fd: fd})
			}
		case link == "/dev/net/tun":
			w.tap(t, &pidfd, dir, fd)
		case strings.HasPrefix(link, "/") && (link == "/" || strings.Contains(link, "netns") || strings.Contains(link, "/ns")):
			// A descriptor of a file with a namespace mounted on it; the file may be
			// deleted since.
			if inode := mountedInode(path); inode != 0 {
				t.hold("descriptor", fd, inode, handle{path: path})
			}
		}
	}
}

// tunGetDevNetns is TUNGETDEVNETNS (linux/if_tun.h). It returns the namespace that the
// interface is in now: it may have been moved.
const tunGetDevNetns = 0x54e3

// tap adds the interface of an open /dev/net/tun.
func (w *walker) tap(t *procInfo, pidfd *pidfile, dir string, fd int) {
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

// A pidfile is a pidfd, opened on first use. The zero value is not open.
type pidfile struct {
	fd     int
	failed bool
}

func (p *pidfile) close() {
	if p.fd != 0 {
		unix.Close(p.fd)
	}
}

// open returns the namespace that an ioctl on another process's descriptor returns.
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

// namespace returns the inode of that namespace; 0: unknown.
func (p *pidfile) namespace(pid, fd int, request uint) uint64 {
	ns, err := p.open(pid, fd, request)
	if err != nil {
		return 0
	}
	defer unix.Close(ns)
	return fdInode(ns)
}

// open opens a namespace by the first of its handles that still has its inode.
func (h *held) open() (int, error) {
	var failed error
	for _, d := range h.handles {
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

func (d handle) open() (int, error) {
	if d.pid != 0 {
		var p pidfile
		defer p.close()
		return p.open(d.pid, d.fd, unix.SIOCGSKNS)
	}
	return netns.OpenPath(d.path)
}

// fdInode returns the inode of an open namespace; 0: not a namespace.
func fdInode(fd int) uint64 {
	var sfs unix.Statfs_t
	var st unix.Stat_t
	if unix.Fstatfs(fd, &sfs) != nil || sfs.Type != unix.NSFS_MAGIC || unix.Fstat(fd, &st) != nil {
		return 0
	}
	return st.Ino
}

// mountedInode returns the inode of the network namespace that a path in /proc/PID/fd
// refers to; 0: not one.
func mountedInode(path string) uint64 {
	fd, err := netns.OpenPath(path)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	return fdInode(fd)
}

// nsInode returns the inode in a link in /proc/PID/ns; 0: unreadable.
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

// numbers returns the numeric entries among the first most of a folder in /proc.
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

// stat holds the used fields of /proc/PID/stat.
type stat struct {
	command         string
	parent, threads int
	kernel          bool // a kernel thread, which holds no namespace
}

func readStat(dir string) (stat, bool) {
	text, err := guarded.Head(dir+"/stat", maxProc)
	if err != nil {
		return stat{}, false
	}
	// The command name, in parentheses, may itself contain parentheses: the fields
	// begin after the last one.
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
