//go:build linux

package enginetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/hostmap"
)

func TestDocker(t *testing.T) {
	onMachine(t, []string{"dockerd", "docker", "containerd", "runc"}, func(m machine) {
		socket := "unix://" + m.dir + "/docker.sock"
		m.Setenv("DOCKER_HOST", socket)
		m.daemon("dockerd", "--data-root", m.dir+"/data", "--exec-root", m.dir+"/exec", "--pidfile", m.dir+"/pid", "-H", socket)
		m.await("dockerd", func() bool { _, err := m.try("docker", "version"); return err == nil })
		m.must("sh", "-c", "tar -C "+m.dir+`/rootfs -c . | docker import -c 'CMD ["/bin/sleep","1000"]' - lab/bb:1`)
		m.mustOrSkip("docker", "run", "--rm", "--network", "none", "lab/bb:1", "/bin/sleep", "0")
		m.must("docker", "network", "create", "backend")
		containers := []string{"web", "db", "both", "side", "lone", "onhost"}
		m.Cleanup(func() { m.cleanUp("docker", append([]string{"rm", "-f"}, containers...)...) })
		for _, args := range [][]string{{"web"}, {"db"}, {"both", "--network", "backend"}, {"side", "--network", "container:web"}, {"lone", "--network", "none"}, {"onhost", "--network", "host"}} {
			m.must("docker", append(append([]string{"run", "-d", "--name", args[0]}, args[1:]...), "lab/bb:1")...)
		}
		m.must("docker", "network", "connect", "bridge", "both")

		hm := m.take()
		web, both := m.namespace(hm, "web", "docker"), m.namespace(hm, "both", "docker")
		if m.port(hm, web, "eth0") != "docker0" || m.port(hm, m.namespace(hm, "db", "docker"), "eth0") != "docker0" || m.port(hm, both, "eth1") != "docker0" {
			t.Error("web, db and both are not all ports of docker0")
		}
		backend := hm.Namespace(hostmap.HostName).Interface(m.port(hm, both, "eth0"))
		if backend == nil || backend.Network != "backend" || !strings.HasPrefix(backend.Name, "br-") {
			t.Errorf("both/eth0 is a port of %+v, want the bridge of network backend", backend)
		}
		if len(web.Containers) != 2 || web.Containers[0].Name != "web" || web.Containers[1].Name != "side" {
			t.Errorf("containers in web: %+v, want web and side", web.Containers)
		}
		if lines := m.namespace(hm, "lone", "docker").Lines(false); len(lines) != 0 {
			t.Errorf("lone has interfaces %+v, want none", lines)
		}
		host := hm.Namespace(hostmap.HostName)
		if len(host.Containers) != 1 || host.Containers[0].Name != "onhost" {
			t.Errorf("containers in the host namespace: %+v, want onhost", host.Containers)
		}
		if !slices.Contains(web.Why, "by Docker's files") {
			t.Errorf("sources of web: %v, want Docker's files among them", web.Why)
		}
		id := m.must("docker", "inspect", "-f", "{{.Id}}", "db")
		if found, err := hm.Find(id[:12]); err != nil || found[0].Namespace.Name != "db" {
			t.Errorf("Find(%s): %v, %v, want db", id[:12], found, err)
		}
		queried, err := hostmap.Take(t.Context(), hostmap.Options{Engines: true})
		if err != nil || !slices.Contains(m.namespace(queried, "db", "docker").Why, "by Docker's API") {
			t.Errorf("Docker's API was not queried: %v", err)
		}
	})
}
