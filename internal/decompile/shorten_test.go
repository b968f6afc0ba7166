package decompile_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// TestShorten compares the lab file of a State with the expected one, without the line
// with its name.
func TestShorten(t *testing.T) {
	for _, c := range []struct {
		name, lab string
		change    func(*state.State)
		want      string
	}{
		{
			name: "kind and addresses of a router are derived", // but the second address of r is not
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router, interfaces: {eth0: [10.0.0.2/30, 10.9.9.9/32]}}}, links: [[a, r, {subnet: 10.0.0.0/30}]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/30}}
  r: {kind: router, interfaces: {eth0: [10.0.0.2/30, 10.9.9.9/32]}}
links:
  - [a:eth0, r:eth0]`,
		},
		{
			name: "a dummy with an MTU of its own",
			lab:  `{name: x, nodes: {a: {interfaces: {d0: {dummy: {}, mtu: 9000, addresses: 192.0.2.1/32}}}}}`,
			want: `
nodes:
  a: {interfaces: {d0: {dummy: {}, addresses: 192.0.2.1/32, mtu: 9000}}}`,
		},
		{
			name: "one switch of two is down",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {s1: {kind: switch}, s2: {kind: switch}}, links: [[a, s1], [s1, s2], [s2, b]]}`,
			change: func(s *state.State) {
				link(s, "s1", "br0").Up = false
				link(s, "s1", "br0").MTU = 1400 // smaller than its ports'
			},
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/16}}
  b: {interfaces: {eth0: 10.0.0.2/16}}
  s1: {kind: switch, interfaces: {br0: {mtu: 1400, down: true}}}
  s2: {kind: switch}
links:
  - [a:eth0, s1:eth0]
  - [b:eth0, s2:eth1]
  - [s1:eth1, s2:eth0]`,
		},
		{
			name: "a bridge of another name is not a switch's",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {s: {interfaces: {br1: {bridge: [eth0, eth1]}}}}, links: [[a, s], [s, b]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/16}}
  b: {interfaces: {eth0: 10.0.0.3/16}}
  s: {interfaces: {br1: {bridge: [eth0, eth1], addresses: 10.0.0.2/16}}}
links:
  - [a:eth0, s:eth0]
  - [b:eth0, s:eth1]`,
		},
		{
			name: "an interface beside the ports",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {s: {interfaces: {br0: {bridge: [eth0, eth1], addresses: []}, eth2: []}}}, links: [[a, s], [s, b], [s, c]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/16}}
  b: {interfaces: {eth0: 10.0.0.3/16}}
  c: {interfaces: {eth0: 10.1.0.2/30}}
  s: {interfaces: {br0: {bridge: [eth0, eth1], addresses: []}, eth2: []}}
links:
  - [a:eth0, s:eth0]
  - [b:eth0, s:eth1]
  - [c:eth0, s:eth2]`,
		},
		{
			name: "a bridge that forwards is a router's",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {s: {kind: router, interfaces: {br0: {bridge: [eth0]}}}}, links: [[a, s]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/16}}
  s: {kind: router, interfaces: {br0: {bridge: [eth0], addresses: 10.0.0.2/16}}}
links:
  - [a:eth0, s:eth0]`,
		},
		{
			name: "a switch with a route",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {s: {interfaces: {br0: {bridge: [eth0], addresses: 10.0.0.2/16}}, routes: [{to: 198.51.100.0/24, via: 10.0.0.1}]}}, links: [[a, s]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/16}}
  s:
    interfaces: {br0: {bridge: [eth0], addresses: 10.0.0.2/16}}
    routes: [{to: 198.51.100.0/24, via: 10.0.0.1}]
links:
  - [a:eth0, s:eth0]`,
		},
		{
			name: "a link-local gateway needs the interface, another does not",
			lab:  `{name: x, nodes: {a: {routes: [{to: "2001:db8::/64", via: "fe80::1", dev: eth0}, {to: 198.51.100.0/24, via: 10.0.0.2}]}}, links: [[a, b]]}`,
			want: `
nodes:
  a:
    interfaces: {eth0: [10.0.0.1/30, fd00::1/64]}
    routes:
      - {to: 198.51.100.0/24, via: 10.0.0.2}
      - {to: 2001:db8::/64, via: fe80::1, dev: eth0}
  b: {interfaces: {eth0: [10.0.0.2/30, fd00::2/64]}}
links:
  - [a:eth0, b:eth0]`,
		},
		{
			name: "only nodes of links are left out",
			lab:  `{name: x, addressing: {ipv4: none, ipv6: none}, nodes: {f: {nftables: "table ip f { }"}, alone: {}, s: {sysctls: {net.ipv4.ip_default_ttl: 9}}}, links: [[a, b], [f, s]]}`,
			want: `
nodes:
  a: {interfaces: {eth0: []}}
  alone: {}
  b: {interfaces: {eth0: []}}
  f:
    interfaces: {eth0: []}
    nftables: |
      table ip f {
      }
  s: {interfaces: {eth0: []}, sysctls: {net.ipv4.ip_default_ttl: 9}}
links:
  - [a:eth0, b:eth0]
  - [f:eth0, s:eth0]`,
		},
		{
			name:   "lo with addresses only",
			lab:    `{name: x, addressing: {ipv6: none}, nodes: {a: {interfaces: {lo: [192.0.2.9/32]}}, b: {}}}`,
			change: func(s *state.State) { link(s, "a", "lo").Up = false },
			want: `
nodes:
  a: {interfaces: {lo: 192.0.2.9/32}}
  b: {}`,
		},
		{
			name:   "the forward delay counts with STP",
			lab:    `{name: x, nodes: {a: {interfaces: {br0: {bridge: [], stp: true, forward_delay: 4s, addresses: []}}}, b: {interfaces: {br1: {bridge: [], addresses: []}}}}}`,
			change: func(s *state.State) { link(s, "b", "br1").Kind = state.Bridge{ForwardDelay: 700} },
			want: `
nodes:
  a: {kind: switch, interfaces: {br0: {stp: true, forward_delay: 4s}}}
  b: {interfaces: {br1: {bridge: [], addresses: []}}}`,
		},
		{
			name:   "IPv6 is forwarded with IPv4 where there is none",
			lab:    `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router}}, links: [[a, r]]}`,
			change: func(s *state.State) { delete(s.Namespaces["x.r"].Sysctls, state.ForwardIPv6) },
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/30}}
  r: {kind: router, interfaces: {eth0: 10.0.0.2/30}}
links:
  - [a:eth0, r:eth0]`,
		},
		{
			name: "a route of IPv6 only is IPv6",
			lab:  `{name: x, addressing: {ipv6: none}, nodes: {r: {kind: router}}, links: [[a, r]]}`,
			change: func(s *state.State) {
				r := s.Namespaces["x.r"]
				delete(r.Sysctls, state.ForwardIPv6)
				r.Routes = append(r.Routes, state.Route{To: netip.MustParsePrefix("2001:db8::/64"), Dev: "eth0"})
			},
			want: `
nodes:
  a: {interfaces: {eth0: 10.0.0.1/30}}
  r:
    kind: router
    interfaces: {eth0: 10.0.0.2/30}
    routes: [{to: 2001:db8::/64, dev: eth0}]
    sysctls: {net.ipv6.conf.all.forwarding: 0}
links:
  - [a:eth0, r:eth0]`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			lab, err := compile.Compile(topo.MustParse(c.lab))
			if err != nil {
				t.Fatal(err)
			}
			s := lab.State.Clone()
			if c.change != nil {
				c.change(s)
			}
			_, got, _ := strings.Cut(written(t, s, decompile.Options{Name: "x"}), "\n")
			if want := strings.TrimPrefix(c.want, "\n") + "\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
