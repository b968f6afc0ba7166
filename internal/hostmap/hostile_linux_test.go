package hostmap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"golang.org/x/sys/unix"
)

// mallory is the UID of a user that is neither root nor the viewer.
const mallory = 65533

// evil is a name with a forged line of the map, an escape sequence and bidi controls.
const evil = "x\nhost  host namespace\x1b[2J\u202e\u2028"

// A scenario is one path by which an engine comes to read files: the processes that
// name them, and the files.
type scenario struct {
	name      string
	processes []Process
	files     []string
}

// scenarios returns the scenarios of all engines.
func scenarios() []scenario {
	cgroup := func(pid int, path string) Process { return run(pid, 1, "nginx", path) }
	const (
		bundle = "srv/containers/storage/overlay-containers/IDA/userdata"
		task   = "run/containerd/io.containerd.runtime.v2.task/k8s.io/IDA/config.json"
	)
	list := []scenario{
		{"docker --data-root", []Process{run(7, 1, "dockerd --data-root /srv/docker")}, []string{"srv/docker/containers/IDA/config.v2.json", "srv/docker/containers/IDA/hostconfig.json"}},
		{"docker --config-file", []Process{run(7, 1, "dockerd --config-file=/srv/daemon.json")}, []string{"srv/daemon.json"}},
		{"docker's folder", []Process{run(7, 1, "dockerd --data-root /srv/docker")}, []string{"srv/docker/containers"}},
		{"podman", []Process{run(7, 1, "conmon -c IDA -b /"+bundle+" -n web"), run(8, 7, "nginx")}, []string{bundle + "/config.json", "srv/containers/storage/overlay-containers/containers.json"}},
		{"podman by cgroup", []Process{cgroup(9, "/machine.slice/libpod-IDA.scope")}, []string{"var/lib/containers/storage/overlay-containers/containers.json", "var/lib/containers/storage/overlay-containers/volatile-containers.json"}},
		{"podman's networks", nil, []string{"etc/containers/networks/a.json", "run/containers/networks/a.json"}},
		{"cri-o", []Process{cgroup(9, "/kubepods.slice/crio-IDA.scope")}, []string{"run/containers/storage/overlay-containers/IDA/userdata/config.json"}},
		{"containerd", []Process{run(7, 1, "containerd-shim-runc-v2 -namespace k8s.io -id IDA")}, []string{task}},
		{"containerd's folder", nil, []string{task}},
		{"nerdctl", nil, []string{"var/lib/nerdctl/1935db59/names/k8s.io/web", task}},
		{"machined", nil, []string{"run/systemd/machines/deb"}},
		{"cni", nil, []string{"var/lib/cni/results/net1-job7-eth0"}},
		{"passwd", []Process{cgroup(9, "/user.slice/libpod-IDA.scope")}, []string{"etc/passwd"}},
	}
	for i := range list {
		for j, f := range list[i].files {
			list[i].files[j] = strings.ReplaceAll(f, "IDA", idA)
		}
		for j := range list[i].processes {
			list[i].processes[j].UID = 1000
		}
	}
	return list
}

// hostileFiles returns functions that make something unreadable or unbounded in place
// of a regular file, by kind.
func hostileFiles() map[string]func(file string) error {
	return map[string]func(string) error{
		"FIFO":        func(f string) error { return unix.Mkfifo(f, 0o644) },
		"/dev/zero":   func(f string) error { return os.Symlink("/dev/zero", f) },
		"device":      func(f string) error { return unix.Mknod(f, unix.S_IFCHR|0o644, int(unix.Mkdev(1, 5))) },
		"/etc/shadow": func(f string) error { return os.Symlink("/etc/shadow", f) },
		"loop":        func(f string) error { return os.Symlink(filepath.Base(f), f) },
		"folder":      func(f string) error { return os.Mkdir(f, 0o755) },
		"socket": func(f string) error {
			fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			return unix.Bind(fd, &unix.SockaddrUnix{Name: f})
		},
		"sparse": func(f string) error {
			if err := os.WriteFile(f, nil, 0o644); err != nil {
				return err
			}
			return os.Truncate(f, 1<<40)
		},
		"no text": func(f string) error { return os.WriteFile(f, []byte("\x00\xff{[\""+evil), 0o644) },
	}
}

// With a hostile file in place of any file of any engine, the engines return within 2 s
// and allocate less than 64 MiB.
func TestHostileFiles(t *testing.T) {
	t.Chdir(t.TempDir()) // names of sockets are short
	for _, w := range scenarios() {
		for kind, set := range hostileFiles() {
			t.Run(w.name+"/"+kind, func(t *testing.T) {
				root := "r"
				defer os.RemoveAll(root)
				for _, f := range w.files {
					file := filepath.Join(root, f)
					if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
						t.Fatal(err)
					}
					if len(file) > 100 && kind == "socket" {
						t.Skip("the path is too long for a socket")
					}
					if err := set(file); err != nil {
						t.Skip(err)
					}
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				found := within(t, func() []Container {
					e := &evidence{files: newTree(root), processes: w.processes}
					e.podmanNetworks()
					return e.containers()
				})
				runtime.ReadMemStats(&after)
				if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
					t.Errorf("%d MiB for %d containers", grown>>20, len(found))
				}
				for _, c := range found {
					checkClean(t, c)
				}
			})
		}
	}
}

func within[T any](t *testing.T, fn func() T) T {
	t.Helper()
	done := make(chan T, 1)
	go func() { done <- fn() }()
	select {
	case v := <-done:
		return v
	case <-time.After(2 * time.Second):
		t.Fatal("it took more than 2 s")
	}
	panic("unreachable")
}

// checkClean fails if a name of a container holds control characters or is over 2,000
// bytes long.
func checkClean(t testing.TB, c Container) {
	t.Helper()
	for _, s := range append([]string{c.Engine, c.ID, c.Name, c.Image, c.Pod, c.PodNamespace, c.Lab, c.Node, c.Project, c.Service, c.title()}, networkNames(c)...) {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' || r == '\u2028' }) || len(s) > 2000 {
			t.Errorf("name %.80q is not escaped or not cut", s)
		}
	}
}

func networkNames(c Container) []string {
	var all []string
	for _, n := range c.Networks {
		all = append(all, n.Name, n.ID, n.Bridge)
	}
	return all
}

// forged returns files of every engine with the name evil in them, by path.
func forged() map[string]string {
	name, _ := json.Marshal(evil)
	text := func(format string) string {
		return strings.NewReplacer("@N", string(name), "@I", `"`+idA+`"`).Replace(format)
	}
	return map[string]string{
		"srv/docker/containers/" + idA + "/config.v2.json":                            text(`{"ID":@I,"Name":@N,"State":{"Running":true,"Pid":8},"Config":{"Image":@N},"NetworkSettings":{"Networks":{"bridge":{"NetworkID":@N}}}}`),
		"srv/containers/storage/overlay-containers/" + idA + "/userdata/config.json":  text(`{"annotations":{"io.kubernetes.cri-o.ContainerType":"x","io.kubernetes.pod.name":@N}}`),
		"run/containerd/io.containerd.runtime.v2.task/k8s.io/" + idA + "/config.json": text(`{"annotations":{"io.kubernetes.cri.container-name":@N,"io.kubernetes.cri.image-name":@N}}`),
		"var/lib/nerdctl/1935db59/names/k8s.io/a\x1bb":                                idA,
		"var/lib/cni/results/a":     text(`{"kind":"cniCacheV1","containerId":@N,"networkName":@N,"cniArgs":[["K8S_POD_NAME",@N]]}`),
		"run/systemd/machines/a\nb": "CLASS=container\nSERVICE=x\x1b\nLEADER=8\n",
	}
}

// Information from another user's process or file is a claim, for every engine, and
// names are escaped.
func TestClaims(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make files of another user")
	}
	for _, of := range []string{"nobody", "files", "processes"} {
		t.Run(of, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range forged() {
				put(t, root, name, text)
			}
			processes := []Process{
				run(7, 1, "dockerd --data-root /srv/docker"), run(8, 9, "nginx"),
				run(9, 1, "conmon -c IDB -n web -b /srv/containers/storage/overlay-containers/IDA/userdata"),
				run(10, 1, "containerd-shim-runc-v2 -namespace k8s.io -id IDA"),
				run(11, 1, "sh mininet:h1"), run(12, 1, "nginx", "/system.slice/docker-IDB.scope"),
			}
			want := ""
			if of == "processes" {
				for i := range processes {
					processes[i].Untrusted = untrusted(mallory)
				}
			}
			if of == "files" {
				want = untrusted(mallory)
				err := filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
					return errors.Join(err, os.Lchown(name, mallory, mallory))
				})
				if errors.Is(err, unix.EINVAL) {
					t.Skipf("files of another user can't be made in this user namespace: %v", err)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			e := &evidence{files: newTree(root), processes: processes}
			all := e.containers()
			if len(all) < 5 {
				t.Errorf("found %d containers, want at least 5: %+v", len(all), all)
			}
			for _, c := range all {
				checkClean(t, c)
				expect := want
				byArguments := c.Engine == "docker" && c.Name != "" || c.Engine == "podman" || c.Engine == "mininet" || slices.Contains(c.Why, byProcess)
				switch {
				case of == "processes" && byArguments:
					expect = untrusted(mallory)
				case of == "files" && (c.Engine == "mininet" || slices.Equal(c.Why, []string{byCgroup})):
					expect = "" // the source is root's process and cgroup, not a file
				case of == "files" && c.Engine == "podman":
					continue // its name is from root's conmon
				}
				if c.ClaimedBy != expect {
					t.Errorf("claimed by %q, want %q: %+v", c.ClaimedBy, expect, c)
				}
			}
		})
	}
}

// A claim never changes a trusted container, takes a name from another namespace, or
// names a namespace of another owner.
func TestClaimsNameNothing(t *testing.T) {
	b := &builder{m: &Map{}, c: &census{processes: []Process{{PID: 1, Net: 1}, {PID: 2, Net: 2}, {PID: 3, Net: 3}, {PID: 4, Net: 4}, {PID: 5, Net: 5}}}, byInode: map[uint64]*Namespace{}}
	owner := untrusted(mallory)
	for inode := uint64(1); inode <= 5; inode++ {
		ns := &Namespace{Name: fmt.Sprintf("net:[%d]", inode), Inode: inode, Host: inode == 1, Interfaces: []Interface{}}
		if inode == 4 {
			ns.owner = owner
		}
		ns.Processes = []Process{{PID: int(inode), Command: "p"}}
		b.byInode[inode] = ns
		b.m.Namespaces = append(b.m.Namespaces, ns)
	}
	b.byInode[1].Processes = nil
	b.byInode[5].Files = []File{{Path: "/run/netns/blue"}}
	b.m.Namespaces[0].Interfaces = []Interface{{Name: "docker0", Kind: "bridge"}}
	claim := func(id, name string, pid int) Container {
		return Container{Engine: "docker", ID: id, Name: name, PID: pid, ClaimedBy: owner, Networks: []Network{{Name: "evil", Bridge: "docker0"}}}
	}
	b.addContainers([]Container{
		{Engine: "docker", ID: idA, Name: "web", PID: 2},
		claim(idA, "fake", 2), claim("c1", "web", 4), claim("c2", "host", 3), claim("c3", "host", 1), claim("c4", "green", 5),
	})
	b.m.name()
	var got []string
	for _, ns := range b.m.Namespaces {
		got = append(got, fmt.Sprintf("%s: %s", ns.Name, ns.About()))
	}
	want := []string{
		"host: host namespace, with containers host (claimed by user 65533)",
		"blue: named namespace, with containers green (claimed by user 65533), p (5)",
		"p(3): with containers host (claimed by user 65533), p (3)",
		"user65533:web: Docker container, claimed by user 65533, p (4)",
		"web: Docker container 3f2a77c1b0de, shared by fake (claimed by user 65533), p (2)",
	}
	if owner != "" && !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	if iface := b.byInode[1].Interfaces[0]; iface.Network != "" && owner != "" {
		t.Errorf("a claim set the network of docker0 to %q", iface.Network)
	}
}

// Files of untrusted users that block are given up after usersReadTime; files of root
// are still read.
func TestReadTimeOfUsers(t *testing.T) {
	files := newTree(t.TempDir())
	begun := time.Now()
	for range 100 {
		for who := range 100 {
			files.bounded(fmt.Sprintf("user %d", 2000+who), func() func() {
				time.Sleep(10 * time.Millisecond)
				return func() {}
			})
		}
	}
	blocked := make(chan bool)
	defer close(blocked)
	files.bounded("user 3000", func() func() { <-blocked; return func() {} })
	if took := time.Since(begun); took > 2*usersReadTime {
		t.Errorf("reading files of untrusted users took %v", took)
	}
	called := false
	files.bounded("", func() func() { return func() { called = true } })
	if !called || !slices.Contains(files.skipped, "user 3000") {
		t.Errorf("root's file read: %v (want true); skipped users: %v (want user 3000 among them)", called, files.skipped)
	}
}

// Take returns when its context ends.
func TestTakeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Take(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Processes of another user that are called dockerd, with hostile arguments and files,
// do not block the map, and their container is shown as a claim.
func TestHostileDaemon(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to run a process as another user")
	}
	base, err := os.MkdirTemp("/tmp", "vt-hostile") //nolint:usetesting // other users have no access to the parent of t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	start := func(args ...string) int {
		cmd := exec.Command("/bin/sh", append([]string{"-c", "read x"}, args...)...)
		cmd.Args[0] = "dockerd"
		// It exits at the end of its input, and so with this program. Pdeathsig would
		// kill it when the thread that started it exits, and Take ends threads.
		cmd.SysProcAttr = &unix.SysProcAttr{Credential: &syscall.Credential{Uid: mallory, Gid: mallory}}
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Skipf("cannot run a process as another user: %v", err)
		}
		t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
		awaitCmdline(t, cmd.Process.Pid, "dockerd")
		return cmd.Process.Pid
	}
	pid := start("--data-root", base+"/data")
	start("--config-file", base+"/fifo")
	start("--data-root", "/dev/zero")
	start("--data-root", "/proc/self/root"+base+"/fifo")
	start("--data-root", base+"/data", strings.Repeat("x", 100<<10))
	name, _ := json.Marshal("/" + evil)
	put(t, base, "data/containers/"+idA+"/config.v2.json", fmt.Sprintf(`{"ID":%q,"Name":%s,"State":{"Running":true,"Pid":%d}}`, idA, name, pid))
	for i, trap := range []string{"FIFO", "/dev/zero", "/etc/shadow", "loop", "sparse", "device"} {
		dir := fmt.Sprintf("%s/data/containers/%064x", base, i)
		if err := errors.Join(os.MkdirAll(dir, 0o755), hostileFiles()[trap](dir+"/config.v2.json")); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(base+"/fifo", 0o644); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(base, func(name string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, mallory, mallory))
	})
	if err != nil {
		t.Fatal(err)
	}
	m := within(t, func() *Map {
		m, err := Take(t.Context(), Options{Engines: true})
		if err != nil {
			t.Error(err)
		}
		return m
	})
	host := m.Namespace(HostName)
	i := slices.IndexFunc(host.Containers, func(c Container) bool { return c.ID == idA })
	if i < 0 || host.Containers[i].ClaimedBy != "user 65533" {
		t.Fatalf("%+v", host.Containers)
	}
	checkClean(t, host.Containers[i])
	if !strings.Contains(host.About(), "(claimed by user 65533)") {
		t.Error(host.About())
	}
}

// oneContent returns a root folder with the files of all engines, which are links to one
// file, and that file: what is written to it is in all of them. To make the folders anew
// for each input takes 50 times as long as to read them.
func oneContent(f *testing.F) (root, content string) {
	f.Helper()
	dir := f.TempDir()
	root, content = filepath.Join(dir, "root"), filepath.Join(dir, "content")
	put(f, dir, "content", "")
	for _, w := range scenarios() {
		for _, file := range w.files {
			name := filepath.Join(root, file)
			if file == "srv/docker/containers" {
				continue
			}
			err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Link(content, name))
			if err != nil && !errors.Is(err, os.ErrExist) { // scenarios share files
				f.Fatal(err)
			}
		}
	}
	return root, content
}

// Whatever bytes are in engines' files and arguments, all names are escaped and cut.
func FuzzEngineFiles(f *testing.F) {
	for name, text := range forged() {
		f.Add(text, name)
	}
	f.Add("[]", `conmon -c IDA -b ../../x -n `+evil)
	f.Add(`[{"id":"`+idA+`","names":["a"],"metadata":"\"image-name\":\""}]`, "mininet:\x1b")
	f.Add("root:x:0:0\n:::::\n", "/lxc.payload.\x1b/..")
	f.Add("CLASS=container\nLEADER=99999999999999999999\n", `/systemd-nspawn@a\x0ab.service/payload`)
	root, content := oneContent(f)
	f.Fuzz(func(t *testing.T, text, argument string) {
		if err := os.WriteFile(content, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var processes []Process
		for i, w := range scenarios() {
			for _, p := range w.processes {
				p.PID = 10*i + p.PID
				p.Args = append(slices.Clone(p.Args), strings.Split(argument, " ")...)
				processes = append(processes, p)
			}
		}
		processes = append(processes, Process{PID: 500, Command: argument, Args: strings.Split(argument, " "), Cgroup: []string{argument}})
		e := &evidence{files: newTree(root), processes: processes}
		for bridge, name := range e.podmanNetworks() {
			checkClean(t, Container{Name: name, ID: bridge[:0]})
		}
		for _, c := range e.containers() {
			checkClean(t, c)
		}
		parseMountinfo(strings.NewReader(text))
		for _, p := range parseCgroup(text) {
			unit([]string{p})
		}
	})
}

// awaitCmdline waits until a process has called execve, so that its first argument is
// name.
func awaitCmdline(t *testing.T, pid int, name string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.HasPrefix(string(args), name+"\x00") {
			return
		}
	}
	t.Fatalf("process %d has not got the name %s within 10 s", pid, name)
}
