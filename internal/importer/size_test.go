package importer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/importer"
)

// A shape is the wiring of a large lab.
type shape struct {
	name  string
	files map[importer.Format]func(nodes int) string
}

// shapes returns labs of any size in every format: a ring, whose nodes have two links and
// ping their neighbour, and a LAN, where all nodes are ports of one switch.
func shapes() []shape {
	return []shape{
		{"ring", map[importer.Format]func(int) string{
			importer.FormatScript: scriptRing, importer.FormatContainerlab: containerlabRing, importer.FormatTinet: tinetRing,
			importer.FormatNetlab: netlabRing, importer.FormatKathara: katharaRing,
		}},
		{"lan", map[importer.Format]func(int) string{
			importer.FormatScript: scriptLAN, importer.FormatContainerlab: containerlabLAN, importer.FormatTinet: tinetLAN,
			importer.FormatNetlab: netlabLAN, importer.FormatKathara: katharaLAN,
		}},
	}
}

// ringAddress returns an address of the i-th link of a ring; end is 1 or 2.
func ringAddress(i, end int) string {
	return fmt.Sprintf("10.%d.%d.%d", i>>14&255, i>>6&255, i&63<<2+end)
}

// each returns the texts of fn for 0 to n-1.
func each(n int, fn func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(fn(i))
	}
	return b.String()
}

func scriptRing(n int) string {
	return each(n, func(i int) string { return fmt.Sprintf("ip netns add n%d\n", i) }) + each(n, func(i int) string {
		next := (i + 1) % n
		return fmt.Sprintf("ip link add eth1 netns n%d type veth peer name eth2 netns n%d\n", i, next) +
			fmt.Sprintf("ip -n n%d addr add %s/30 dev eth1\nip -n n%d link set eth1 up\n", i, ringAddress(i, 1), i) +
			fmt.Sprintf("ip -n n%d addr add %s/30 dev eth2\nip -n n%d link set eth2 up\n", next, ringAddress(i, 2), next)
	}) + each(n, func(i int) string { return fmt.Sprintf("ip netns exec n%d ping -c1 %s\n", i, ringAddress(i, 2)) })
}

// perSwitch is the number of nodes of a LAN; the kernel's limit of ports of a bridge is
// 1,023.
const perSwitch = 1000

// lanAddress returns the address of the i-th node of a LAN of its switch, lanTarget that of
// the first one there.
func lanAddress(i int) string {
	host := i%perSwitch + 1
	return fmt.Sprintf("10.%d.%d.%d", i/perSwitch, host/256, host%256)
}

func lanTarget(i int) string { return lanAddress(i - i%perSwitch) }

// switches returns a text for each switch.
func switches(nodes int, format string) string {
	return each((nodes+perSwitch-1)/perSwitch, func(i int) string { return fmt.Sprintf(format, i) })
}

func scriptLAN(n int) string {
	return fmt.Sprintf(`for i in $(seq 0 %d); do
	sw=sw$((i / 1000)) host=$((i %% 1000 + 1))
	if [ $host = 1 ]; then
		ip netns add $sw
		ip -n $sw link add br0 type bridge
		ip -n $sw link set br0 up
	fi
	ip netns add n$i
	ip link add p$i netns $sw type veth peer name eth0 netns n$i
	ip -n $sw link set p$i master br0 up
	ip netns exec n$i ip addr add 10.$((i / 1000)).$((host / 256)).$((host %% 256))/16 dev eth0
	ip netns exec n$i ip link set eth0 up
	ip netns exec n$i ping -c 1 10.$((i / 1000)).0.1
done
`, n-1)
}

func containerlabRing(n int) string {
	return "name: ring\ntopology:\n  nodes:\n" + each(n, func(i int) string {
		return fmt.Sprintf("    n%d: {kind: linux, exec: [ip addr add %s/30 dev eth1, ip addr add %s/30 dev eth2, ping -c1 %s]}\n",
			i, ringAddress(i, 1), ringAddress((i+n-1)%n, 2), ringAddress(i, 2))
	}) + "  links:\n" + each(n, func(i int) string {
		return fmt.Sprintf("  - endpoints: [\"n%d:eth1\", \"n%d:eth2\"]\n", i, (i+1)%n)
	})
}

func containerlabLAN(n int) string {
	return "name: lan\ntopology:\n  nodes:\n" + switches(n, "    sw%d: {kind: bridge}\n") + each(n, func(i int) string {
		return fmt.Sprintf("    n%d: {kind: linux, exec: [ip addr add %s/16 dev eth1, ping -c1 %s]}\n", i, lanAddress(i), lanTarget(i))
	}) + "  links:\n" + each(n, func(i int) string {
		return fmt.Sprintf("  - endpoints: [\"n%d:eth1\", \"sw%d:p%d\"]\n", i, i/perSwitch, i)
	})
}

func tinetRing(n int) string {
	return "nodes:\n" + each(n, func(i int) string {
		return fmt.Sprintf("- {name: n%d, interfaces: [{name: eth1, type: direct, args: n%d#eth2}, {name: eth2, type: direct, args: n%d#eth1}]}\n",
			i, (i+1)%n, (i+n-1)%n)
	}) + "node_configs:\n" + each(n, func(i int) string {
		return fmt.Sprintf("- {name: n%d, cmds: [{cmd: ip addr add %s/30 dev eth1}, {cmd: ip addr add %s/30 dev eth2}]}\n",
			i, ringAddress(i, 1), ringAddress((i+n-1)%n, 2))
	}) + "test:\n- cmds:\n" + each(n, func(i int) string {
		return fmt.Sprintf("  - cmd: docker exec n%d ping -c1 %s\n", i, ringAddress(i, 2))
	})
}

func tinetLAN(n int) string {
	return "nodes:\n" + each(n, func(i int) string {
		return fmt.Sprintf("- {name: n%d, interfaces: [{name: eth1, type: bridge, args: sw%d}]}\n", i, i/perSwitch)
	}) + "switches:\n" + switches(n, "- {name: sw%d}\n") + "node_configs:\n" + each(n, func(i int) string {
		return fmt.Sprintf("- {name: n%d, cmds: [{cmd: ip addr add %s/16 dev eth1}, {cmd: ping -c1 %s}]}\n", i, lanAddress(i), lanTarget(i))
	})
}

func netlabRing(n int) string {
	return "addressing: {loopback: {ipv4: 10.0.0.0/16}, p2p: {ipv4: 10.8.0.0/13}}\ndefaults.device: linux\nnodes:\n" + each(n, func(i int) string {
		return fmt.Sprintf("  n%d: {role: router}\n", i)
	}) + "links:\n" + each(n, func(i int) string { return fmt.Sprintf("- n%d-n%d\n", i, (i+1)%n) })
}

func netlabLAN(n int) string {
	return "addressing: {lan: {ipv4: 172.16.0.0/12, prefix: 16}}\ngroups: {all: {device: linux, members: [" +
		each(n, func(i int) string { return fmt.Sprintf("n%d, ", i) }) + "]}}\nnodes:\n" +
		each(n, func(i int) string { return fmt.Sprintf("- {name: n%d}\n", i) }) + "links:\n" +
		each(n, func(i int) string {
			begin, end := "", ""
			if i%perSwitch == 0 {
				begin = fmt.Sprintf("- {bridge: br%d", i/perSwitch)
			}
			if i == n-1 || (i+1)%perSwitch == 0 {
				end = "}\n"
			}
			return fmt.Sprintf("%s, n%d: %s", begin, i, end)
		})
}

func katharaRing(n int) string {
	return each(n, func(i int) string {
		return fmt.Sprintf("n%d[0]=\"L%d\"\nn%d[1]=\"L%d\"\nn%d[exec]=\"ip addr add %s/30 dev eth0; ip addr add %s/30 dev eth1; ping -c1 %s\"\n",
			i, i, i, (i+n-1)%n, i, ringAddress(i, 1), ringAddress((i+n-1)%n, 2), ringAddress(i, 2))
	})
}

func katharaLAN(n int) string {
	return each(n, func(i int) string {
		return fmt.Sprintf("n%d[0]=\"LAN%d\"\nn%d[exec]=\"ip addr add %s/16 dev eth0; ping -c1 %s\"\n", i, i/perSwitch, i, lanAddress(i), lanTarget(i))
	})
}

// BenchmarkSize measures imports by the number of nodes.
func BenchmarkSize(b *testing.B) {
	for _, s := range shapes() {
		for _, format := range importer.Formats() {
			for _, nodes := range []int{500, 1000, 2000, 5000, 20000} {
				text := s.files[format](nodes)
				b.Run(fmt.Sprintf("%s/%s/%d", format, s.name, nodes), func(b *testing.B) {
					for b.Loop() {
						r, err := importer.Import(format, "", importer.File{Name: "x", Data: []byte(text), Lab: "lab"}, nil)
						if err != nil {
							b.Fatal(err)
						}
						if lost := r.Lost(); len(lost) > 0 {
							b.Fatal(lost[0])
						}
						r.File()
					}
				})
			}
		}
	}
}
