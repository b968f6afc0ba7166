//go:build linux

package enginetest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// CNI plugins are run as by a runtime, and their results are cached as by libcni.
func TestCNI(t *testing.T) {
	const plugins = "/usr/lib/cni"
	for _, p := range []string{"ptp", "bridge", "host-local"} {
		if _, err := exec.LookPath(plugins + "/" + p); err != nil {
			t.Skip("needs containernetworking-plugins")
		}
	}
	onMachine(t, nil, func(m machine) {
		m.must("mount", "-t", "tmpfs", "tmpfs", "/var/lib") // visible to this test only
		m.must("mkdir", "-p", "/var/lib/cni/results")
		for n, plugin := range []string{"ptp", "bridge"} {
			pod := fmt.Sprintf("pod-%d", n)
			m.must("ip", "netns", "add", "cni-"+pod)
			config := fmt.Sprintf(`{"cniVersion":"0.4.0","name":"net%d","type":"%s","bridge":"cni0",
				"ipam":{"type":"host-local","dataDir":"%s/ipam","subnet":"10.88.%d.0/24"}}`, n, plugin, m.dir, n)
			cmd := exec.Command(plugins + "/" + plugin)
			cmd.Env = []string{"CNI_COMMAND=ADD", "CNI_CONTAINERID=" + pod, "CNI_NETNS=/run/netns/cni-" + pod, "CNI_IFNAME=eth0", "CNI_PATH=" + plugins, "PATH=" + os.Getenv("PATH")}
			cmd.Stdin = strings.NewReader(config)
			if out, err := cmd.Output(); err != nil {
				m.Fatalf("%s: %v %s", plugin, err, out)
			}
			write(t, fmt.Sprintf("/var/lib/cni/results/net%d-%s-eth0", n, pod), fmt.Sprintf(`{"kind":"cniCacheV1",
				"containerId":"%s","ifName":"eth0","networkName":"net%d","netns":"/var/run/netns/cni-%s",
				"cniArgs":[["K8S_POD_NAMESPACE","shop"],["K8S_POD_NAME","%s"]]}`, pod, n, pod, pod))
		}
		hm := m.take()
		if on := m.port(hm, m.namespace(hm, "shop/pod-0", "cni"), "eth0"); on != "" {
			t.Errorf("pod-0 is a port of %s, want none", on)
		}
		if on := m.port(hm, m.namespace(hm, "shop/pod-1", "cni"), "eth0"); on != "cni0" {
			t.Errorf("pod-1 is a port of %q, want cni0", on)
		}
	})
}
