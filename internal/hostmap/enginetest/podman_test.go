//go:build linux

package enginetest

import (
	"os"
	"testing"

	"github.com/vethlab/vethlab/internal/hostmap"
)

func TestPodman(t *testing.T) {
	onMachine(t, []string{"podman", "conmon", "runc"}, func(m machine) {
		conf := m.dir + "/containers.conf"
		write(t, conf, `[containers]
default_ulimits=["nofile=20000:20000","nproc=10000:10000"]
`)
		m.Setenv("CONTAINERS_CONF", conf)
		podman := func(args ...string) []string {
			return append([]string{
				"--runtime", "runc", "--cgroup-manager", "cgroupfs", "--root", m.dir + "/storage", "--runroot", m.dir + "/runroot",
				"--storage-driver", "vfs", "--events-backend", "file", "--network-config-dir", "/run/containers/networks", "--tmpdir", m.dir + "/tmp",
			}, args...)
		}
		m.must("sh", append([]string{"-c", "tar -C " + m.dir + `/rootfs -c . | podman "$@" import -c 'CMD ["/bin/sleep","1000"]' - lab/bb:1`, "sh"}, podman()...)...)
		m.must("mkdir", "-p", "/run/containers/networks")
		m.mustOrSkip("podman", podman("run", "--rm", "--network", "none", "lab/bb:1", "/bin/sleep", "0")...)
		m.must("podman", podman("network", "create", "backend")...)
		m.Cleanup(func() {
			m.cleanUp("podman", podman("rm", "-f", "-t", "0", "side")...) // first, since it shares web's namespace
			m.cleanUp("podman", podman("rm", "-f", "-t", "0", "-a")...)
		})
		for _, args := range [][]string{{"web"}, {"db", "--network", "backend"}, {"side", "--network", "container:web"}, {"lone", "--network", "none"}} {
			m.must("podman", podman(append(append([]string{"run", "-d", "--name", args[0]}, args[1:]...), "lab/bb:1")...)...)
		}
		hm := m.take()
		web, db := m.namespace(hm, "web", "podman"), m.namespace(hm, "db", "podman")
		if on := m.port(hm, web, "eth0"); on == "" || on == m.port(hm, db, "eth0") {
			t.Errorf("web is a port of %q, db of %q, want two bridges", on, m.port(hm, db, "eth0"))
		}
		if bridge := hm.Namespace(hostmap.HostName).Interface(m.port(hm, db, "eth0")); bridge.Network != "backend" {
			t.Errorf("db is a port of %+v, want the bridge of network backend", bridge)
		}
		if len(web.Containers) != 2 || web.Containers[0].Name != "web" || web.Containers[1].Name != "side" {
			t.Errorf("containers in web: %+v, want web and side", web.Containers)
		}
		m.namespace(hm, "lone", "podman")
	})
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
