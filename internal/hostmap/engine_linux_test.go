package hostmap

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// machine writes the files of a text archive, with a line "-- NAME --" before each,
// into a folder.
func machine(t testing.TB, archive string) *tree {
	t.Helper()
	root := t.TempDir()
	archive = strings.NewReplacer("IDA", idA, "IDB", idB).Replace(archive)
	for _, part := range strings.Split(archive, "\n-- ")[1:] {
		name, text, _ := strings.Cut(part, " --\n")
		put(t, root, name, text)
	}
	return newTree(root)
}

// put writes a file below a folder.
func put(t testing.TB, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run returns a process with a command line that is split at spaces.
func run(pid, parent int, line string, cgroup ...string) Process {
	line = strings.NewReplacer("IDA", idA, "IDB", idB).Replace(line)
	for i := range cgroup {
		cgroup[i] = strings.NewReplacer("IDA", idA, "IDB", idB).Replace(cgroup[i])
	}
	args := strings.Split(line, " ")
	return Process{PID: pid, Parent: parent, Command: args[0][strings.LastIndexByte(args[0], '/')+1:], Args: args, Cgroup: cgroup}
}

// Each engine's containers are found by the files and processes that it has on a real
// machine.
func TestEngines(t *testing.T) {
	for _, test := range []struct {
		name      string
		files     string
		processes []Process
		want      []Container
	}{
		{"nothing", "", []Process{run(1, 0, "/sbin/init", "/init.scope")}, nil},
		{
			"docker, data root of the daemon's command line, on two networks", `
-- srv/docker/containers/IDA/config.v2.json --
{"ID":"IDA","Name":"/web","State":{"Running":true,"Pid":42},"Config":{"Image":"nginx:1.29",
 "Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"front"}},
 "NetworkSettings":{"SandboxKey":"/var/run/docker/netns/0123456789ab","Networks":{
  "bridge":{"NetworkID":"IDB"},"shop_back":{"NetworkID":"IDB"}}}}
-- srv/docker/containers/IDA/hostconfig.json --
{"NetworkMode":"bridge"}
-- srv/docker/containers/IDB/config.v2.json --
{"ID":"IDB","Name":"/old","State":{"Running":false,"Pid":0}}
`,
			[]Process{run(7, 1, "/usr/bin/dockerd --data-root=/srv/docker", "/system.slice/docker.service"), run(42, 8, "nginx", "/system.slice/docker-IDA.scope")},
			[]Container{{
				Engine: "docker", ID: idA, Name: "web", Image: "nginx:1.29", PID: 42, Why: []string{"by Docker's files", byCgroup},
				Project: "shop", Service: "front", netns: "/var/run/docker/netns/0123456789ab",
				Networks: []Network{{"bridge", idB, "docker0"}, {"shop_back", idB, "br-aa2a77c1b0de"}},
			}},
		},
		{
			"docker, daemon.json, users remapped, joined to another", `
-- etc/docker/daemon.json --
{"data-root":"/data"}
-- data/100000.100000/containers/IDA/config.v2.json --
{"ID":"IDA","Name":"/side","State":{"Running":true,"Pid":43}}
-- data/100000.100000/containers/IDA/hostconfig.json --
{"NetworkMode":"container:IDB"}
`,
			[]Process{run(7, 1, "dockerd")},
			[]Container{{Engine: "docker", ID: idA, Name: "side", PID: 43, Why: []string{"by Docker's files"}, shares: idB}},
		},
		{
			"docker by cgroupfs, without rights to its files", "",
			[]Process{run(42, 8, "nginx", "/docker/IDA"), run(43, 42, "nginx", "/docker/IDA")},
			[]Container{{Engine: "docker", ID: idA, PID: 42, Why: []string{byCgroup}}},
		},
		{"podman by conmon", `
-- var/lib/containers/storage/overlay-containers/containers.json --
[{"id":"IDA","names":["web"],"metadata":"{\"image-name\":\"docker.io/library/nginx:latest\",\"name\":\"web\"}"}]
-- var/lib/containers/storage/overlay-containers/IDA/userdata/config.json --
{"linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/netns-1234"}]}}
`, []Process{
			run(50, 1, "/usr/bin/conmon --api-version 1 -c IDA -u IDA -r /usr/bin/crun -b /var/lib/containers/storage/overlay-containers/IDA/userdata -n web", "/machine.slice/libpod-conmon-IDA.scope"),
			run(51, 50, "nginx", "/machine.slice/libpod-IDA.scope/container"),
		}, []Container{{Engine: "podman", ID: idA, Name: "web", Image: "docker.io/library/nginx:latest", PID: 51, Why: []string{byProcess, byCgroup, "by Podman's files"}, netns: "/run/netns/netns-1234"}}},
		{"podman of a user, conmon not seen", `
-- etc/passwd --
root:x:0:0:root:/root:/bin/sh
alice:x:1000:1000::/home/alice:/bin/sh
-- home/alice/.local/share/containers/storage/overlay-containers/containers.json --
[{"id":"IDA","names":["web"]}]
`, []Process{func() Process {
			p := run(51, 1, "nginx", "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-IDA.scope")
			p.UID, p.Untrusted = 1000, untrusted(1000)
			return p
		}()}, []Container{{Engine: "podman", ID: idA, Name: "web", PID: 51, Why: []string{byCgroup, "by Podman's files"}, ClaimedBy: untrusted(1000)}}},
		{"kubernetes over containerd", `
-- run/containerd/io.containerd.runtime.v2.task/k8s.io/IDA/config.json --
{"annotations":{"io.kubernetes.cri.sandbox-name":"web-7d9","io.kubernetes.cri.sandbox-namespace":"shop",
 "io.kubernetes.cri.container-type":"sandbox","io.kubernetes.cri.sandbox-id":"IDA"},
 "linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cni-1"}]}}
-- run/containerd/io.containerd.runtime.v2.task/k8s.io/IDB/config.json --
{"annotations":{"io.kubernetes.cri.sandbox-name":"web-7d9","io.kubernetes.cri.sandbox-namespace":"shop",
 "io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"nginx",
 "io.kubernetes.cri.image-name":"nginx:1","io.kubernetes.cri.sandbox-id":"IDA"},
 "linux":{"namespaces":[{"type":"network","path":"/proc/60/ns/net"}]}}
-- var/lib/cni/results/cbr0-IDA-eth0 --
{"kind":"cniCacheV1","containerId":"IDA","ifName":"eth0","networkName":"cbr0","netns":"/var/run/netns/cni-1",
 "cniArgs":[["IgnoreUnknown","1"],["K8S_POD_NAMESPACE","shop"],["K8S_POD_NAME","web-7d9"]]}
`, []Process{
			run(59, 1, "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id IDA -address /run/containerd/containerd.sock"),
			run(60, 59, "/pause", "/kubepods.slice/kubepods-pod1.slice/cri-containerd-IDA.scope"),
			run(61, 59, "nginx", "/kubepods.slice/kubepods-pod1.slice/cri-containerd-IDB.scope"),
		}, []Container{
			{Engine: "containerd", ID: idA, PID: 60, Why: []string{byProcess, "by containerd's files", byCgroup, byCNI}, Pod: "web-7d9", PodNamespace: "shop", Infra: true, netns: "/var/run/netns/cni-1", Networks: []Network{{Name: "cbr0"}}},
			{Engine: "containerd", ID: idB, Name: "nginx", Image: "nginx:1", PID: 61, Why: []string{"by containerd's files", byCgroup}, Pod: "web-7d9", PodNamespace: "shop", netns: "/proc/60/ns/net", shares: idA},
		}},
		{
			"nerdctl", `
-- run/containerd/io.containerd.runtime.v2.task/default/IDA/config.json --
{"annotations":{"nerdctl/name":"web"},"linux":{"namespaces":[{"type":"network"}]}}
-- var/lib/nerdctl/1935db59/names/default/web --
IDA
`,
			[]Process{run(59, 1, "/usr/bin/containerd-shim-runc-v2 -namespace default -id IDA"), run(60, 59, "nginx", "/system.slice/nerdctl-IDA.scope")},
			[]Container{{Engine: "containerd", ID: idA, Name: "web", PID: 60, Why: []string{byProcess, "by containerd's files", "by nerdctl's files", byCgroup}}},
		},
		{
			"cri-o", `
-- run/containers/storage/overlay-containers/IDA/userdata/config.json --
{"annotations":{"io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.cri-o.SandboxID":"IDB","io.kubernetes.pod.name":"web-0",
 "io.kubernetes.pod.namespace":"shop","io.kubernetes.container.name":"nginx"},"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/55"}]}}
`,
			[]Process{run(70, 1, "nginx", "/kubepods.slice/kubepods-pod2.slice/crio-IDA.scope")},
			[]Container{{Engine: "cri-o", ID: idA, Name: "nginx", PID: 70, Why: []string{byCgroup, "by CRI-O's files"}, Pod: "web-0", PodNamespace: "shop", netns: "/var/run/netns/55", shares: idB}},
		},
		{"lxc and incus", "", []Process{
			run(80, 1, "[lxc monitor] /var/lib/incus/containers blue", "/lxc.monitor.blue"),
			run(81, 80, "/sbin/init", "/lxc.payload.blue/init.scope"),
			run(83, 82, "/sbin/init", "/lxc/green"),
		}, []Container{
			{Engine: "incus", ID: "blue", Name: "blue", PID: 81, Why: []string{byCgroup}},
			{Engine: "lxc", ID: "green", Name: "green", PID: 83, Why: []string{byCgroup}},
		}},
		{"systemd-nspawn", `
-- run/systemd/machines/deb --
# This is private data. Do not parse.
NAME=deb
CLASS=container
SERVICE=systemd-nspawn
LEADER=90
-- run/systemd/machines/vm1 --
CLASS=vm
SERVICE=libvirt-qemu
LEADER=99
`, []Process{
			run(90, 89, "/lib/systemd/systemd", "/machine.slice/systemd-nspawn@deb.service/payload/init.scope"),
			run(95, 94, "/lib/systemd/systemd", `/machine.slice/systemd-nspawn@a\x2db.service/payload`),
			run(94, 1, "systemd-nspawn -M a-b", `/machine.slice/systemd-nspawn@a\x2db.service/supervisor`),
		}, []Container{
			{Engine: "systemd-nspawn", ID: "deb", Name: "deb", PID: 90, Why: []string{"by systemd-machined's files", byCgroup}},
			{Engine: "systemd-nspawn", ID: "a-b", Name: "a-b", PID: 95, Why: []string{byCgroup}},
		}},
		{
			"mininet", "",
			[]Process{run(100, 1, "bash --norc --noediting -is mininet:h1")},
			[]Container{{Engine: "mininet", ID: "h1", Name: "h1", PID: 100, Why: []string{byProcess}}},
		},
		{"cni alone", `
-- var/lib/cni/results/net1-job7-eth0 --
{"kind":"cniCacheV1","containerId":"job7","ifName":"eth0","networkName":"net1","netns":"/run/netns/j7"}
-- var/lib/cni/results/broken --
{
`, nil, []Container{{Engine: "cni", ID: "job7", Why: []string{byCNI}, netns: "/run/netns/j7", Networks: []Network{{Name: "net1"}}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			slices.SortFunc(test.processes, func(a, b Process) int { return a.PID - b.PID })
			e := &evidence{files: machine(t, test.files), processes: test.processes}
			if diff := cmp.Diff(test.want, e.containers(), cmp.AllowUnexported(Container{}), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCgroup(t *testing.T) {
	paths := parseCgroup("9:name=systemd:/user.slice/user-1000.slice/session-3.scope\n8:pids:/user.slice\n0::/\n")
	if got := unit(paths); got != "session-3.scope" {
		t.Errorf("unit %q of %q, want session-3.scope", got, paths)
	}
	if got := unit([]string{`/system.slice/dev-disk\x2done.service/sub`}); got != "dev-disk-one.service" {
		t.Errorf("unit %q, want dev-disk-one.service", got)
	}
	rules := cgroupRules()
	if engine, id, _ := cgroupID(rules, []string{"/" + idA}); engine != "" {
		t.Errorf("a cgroup without an engine's folder is taken for %s's, ID %s", engine, id)
	}
}

func TestMountinfo(t *testing.T) {
	text := "25 1 0:22 / /proc rw - proc proc rw\n" +
		`90 80 0:4 net:[4026532245] /run/netns/a\040b rw shared:9 - nsfs nsfs rw` + "\n" +
		"91 80 0:4 mnt:[4026532246] /run/snapd/ns/x.mnt rw - nsfs nsfs rw\n"
	want := []mounted{{4026532245, "/run/netns/a b"}}
	if got := parseMountinfo(strings.NewReader(text)); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
