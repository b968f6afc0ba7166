package hostmap

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/words"
)

// painted marks what is painted, so that a test sees it.
func painted(style words.Style, text string) string {
	if text == "" || strings.TrimSpace(text) == "" {
		return text
	}
	return "<" + string(style) + ":" + text + ">"
}

func TestText(t *testing.T) {
	m := example()
	m.Namespace("docker:web").Interfaces[0].Addresses = prefixes("172.17.0.2/16", "2001:db8::2/64")
	m.Namespace("netns:web").Interfaces[0].Name = "mv\x1b0"
	const want = `<1:host>  host namespace
  eth0       up          192.0.2.10/24   default via 192.0.2.1
  <2:├─ >eth0.5  up                          vlan 5
  <2:└─ >vx      up                          vxlan 42 to 192.0.2.20
  docker0    up          172.17.0.1/16   bridge
  <2:└─ >veth1   <33:no carrier>                  → docker:web/eth0
  vnet0      <33:down      >                  tap, held by qemu-system-x86 (9) for vm1

<1:docker:web>  Docker container 3f2a77c1b0de, nginx (42)<2:  by cgroup>
  eth0       up          172.17.0.2/16   → host/veth1
                         2001:db8::2/64

<1:netns:web>  named namespace
  mv␛0       up                          macvlan bridge, on host/eth0

<1:shop/db-0>  containerd pod of postgres<2:  by CNI's cache  (lo only)>

<2:1 isolated namespace (lo only): chrome(77)>
`
	if got := m.Text(false, painted); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	all := m.Text(true, func(_ words.Style, text string) string { return text })
	for _, line := range []string{"chrome(77)  chrome (77)", "fe80::1/64", "lo "} {
		if !strings.Contains(all, line) {
			t.Errorf("%q is not in\n%s", line, all)
		}
	}
}
