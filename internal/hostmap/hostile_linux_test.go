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

// mallory is a user of the machine that is neither root nor the viewer.
const mallory = 65533

// evil is a name that would forge a line of the map and command the terminal.
const evil = "x\nhost  host namespace\x1b[2J\u202e\u2028"

// A way is one in which an engine is led to files: the processes that lead there,
// and the files that are read then.
type way struct {
	name      string
	processes []Process
	files     []string
}

// ways returns those of all engines.
func ways() []way {
	cgroup := func(pid int, path string) Process { return run(pid, 1, "nginx", path) }
	const (
		bundle = "srv/containers/storage/overlay-containers/IDA/userdata"
		task   = "run/containerd/io.containerd.runtime.v2.task/k8s.io/IDA/config.json"
	)
	list := []way{
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

// traps put what must not be read where a file should be.
func traps() map[string]func(file string) error {
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

// Whatever stands where any engine's files should, the engines come to an end, and
// with little memory.
func TestTraps(t *testing.T) {
	t.Chdir(t.TempDir()) // names of sockets are short
	for _, w := range ways() {
		for trap, set := range traps() {
			t.Run(w.name+"/"+trap, func(t *testing.T) {
				root := "r"
				defer os.RemoveAll(root)
				for _, f := range w.files {
					file := filepath.Join(root, f)
					if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
						t.Fatal(err)
					}
					if len(file) > 100 && trap == "socket" {
						t.Skip("a socket's name is not that long")
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
		t.Fatal("it takes more than 2 s")
	}
	panic("unreachable")
}

// checkClean fails if a name of a container is more than a word in a line.
func checkClean(t testing.TB, c Container) {
	t.Helper()
	for _, s := range append([]string{c.Engine, c.ID, c.Name, c.Image, c.Pod, c.PodNamespace, c.Lab, c.Node, c.Project, c.Service, c.title()}, networkNames(c)...) {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' || r == '\u2028' }) || len(s) > 2000 {
			t.Errorf("%.80q", s)
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

// forged returns files of every engine that hold an evil name, by path.
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

// What a stranger's process, or a stranger's file, says is a claim, for every
// engine; and no name does anything to the terminal.
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
					processes[i].Stranger = stranger(mallory)
				}
			}
			if of == "files" {
				want = stranger(mallory)
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
				t.Errorf("%d containers: %+v", len(all), all)
			}
			for _, c := range all {
				checkClean(t, c)
				expect := want
				byArguments := c.Engine == "docker" && c.Name != "" || c.Engine == "podman" || c.Engine == "mininet" || slices.Contains(c.Why, byProcess)
				switch {
				case of == "processes" && byArguments:
					expect = stranger(mallory)
				case of == "files" && (c.Engine == "mininet" || slices.Equal(c.Why, []string{byCgroup})):
					expect = "" // root's process and cgroup say that, no file
				case of == "files" && c.Engine == "podman":
					continue // its name is of root's conmon
				}
				if c.ClaimedBy != expect {
					t.Errorf("claimed by %q, want %q: %+v", c.ClaimedBy, expect, c)
				}
			}
		})
	}
}

// A stranger's claim never gets into what is believed, nor takes a name away, nor
// gives one to what is not the stranger's.
func TestClaimsNameNothing(t *testing.T) {
	b := &builder{m: &Map{}, c: &census{processes: []Process{{PID: 1, Net: 1}, {PID: 2, Net: 2}, {PID: 3, Net: 3}, {PID: 4, Net: 4}, {PID: 5, Net: 5}}}, byInode: map[uint64]*Namespace{}}
	owner := stranger(mallory)
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
		"host: host namespace, with containers host (says user 65533)",
		"blue: named namespace, with containers green (says user 65533), p (5)",
		"p(3): with containers host (says user 65533), p (3)",
		"user65533:web: Docker container of web, says user 65533, p (4)",
		"web: Docker container 3f2a77c1b0de, shared by fake (says user 65533), p (2)",
	}
	want[3] = "user65533:web: Docker container, says user 65533, p (4)"
	if owner != "" && !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	if face := b.byInode[1].Interfaces[0]; face.Network != "" && owner != "" {
		t.Errorf("docker0 is of network %q", face.Network)
	}
}

// A stranger that does not let a file be read to its end costs a moment, and others
// nothing.
func TestPatience(t *testing.T) {
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
	if took := time.Since(begun); took > 2*strangersTime {
		t.Errorf("%v for strangers", took)
	}
	heard := false
	files.bounded("", func() func() { return func() { heard = true } })
	if !heard || !slices.Contains(files.skipped, "user 3000") {
		t.Errorf("heard of root's: %v; not of %v", heard, files.skipped)
	}
}

// A map ends with its context.
func TestTakeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Take(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A real process called dockerd of another user, with all that it can think of,
// holds nobody up and is shown as what it is.
func TestHostileDaemon(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to run a process as another user")
	}
	base, err := os.MkdirTemp("/tmp", "vt-hostile") //nolint:usetesting // others may not enter the parent of t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	start := func(args ...string) int {
		cmd := exec.Command("/bin/sh", append([]string{"-c", "read x"}, args...)...)
		cmd.Args[0] = "dockerd"
		// It ends with its input, and so with this program. A Pdeathsig would end it
		// with the thread that starts it, and Take throws threads away.
		cmd.SysProcAttr = &unix.SysProcAttr{Credential: &syscall.Credential{Uid: mallory, Gid: mallory}}
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Skipf("no process of another user here: %v", err)
		}
		t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
		untilCalled(t, cmd.Process.Pid, "dockerd")
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
		if err := errors.Join(os.MkdirAll(dir, 0o755), traps()[trap](dir+"/config.v2.json")); err != nil {
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
	if !strings.Contains(host.About(), "(says user 65533)") {
		t.Error(host.About())
	}
}

// Any bytes in any engine's files and arguments end in names that fit into a line.
func FuzzEngineFiles(f *testing.F) {
	for name, text := range forged() {
		f.Add(text, name)
	}
	f.Add("[]", `conmon -c IDA -b ../../x -n `+evil)
	f.Add(`[{"id":"`+idA+`","names":["a"],"metadata":"\"image-name\":\""}]`, "mininet:\x1b")
	f.Add("root:x:0:0\n:::::\n", "/lxc.payload.\x1b/..")
	f.Add("CLASS=container\nLEADER=99999999999999999999\n", `/systemd-nspawn@a\x0ab.service/payload`)
	f.Fuzz(func(t *testing.T, text, argument string) {
		root := t.TempDir()
		var processes []Process
		for i, w := range ways() {
			for _, file := range w.files {
				if file != "srv/docker/containers" {
					put(t, root, file, text)
				}
			}
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

// untilCalled waits until a process that was just started is called what it is to be.
func untilCalled(t *testing.T, pid int, name string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.HasPrefix(string(args), name+"\x00") {
			return
		}
	}
	t.Fatalf("process %d is not called %s", pid, name)
}
