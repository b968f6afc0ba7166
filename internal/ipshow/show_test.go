package ipshow_test

import (
	_ "embed"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/ipshow"
)

// printed has commands of ip, each after "$ ", with their output.
//
//go:embed testdata/ip.txt
var printed string

// undecoded is what ip -d prints of kinds of link and package dump does not hold.
var undecoded = regexp.MustCompile(strings.Join([]string{
	`vlan_protocol \S+ `, `designated_root \S+ root_port .* nf_call_arptables \d `, // bridge
	`fastleave \S+ `, `port_id \S+ `, `designated_port .* vlan_tunnel \S+ `, `locked \S+ `, // bridge_slave
	`<REORDER_HDR> `,                                                    // vlan
	`srcport 0 0 `, `ttl auto (ageing|dstport) .* (no)?udp6zerocsumrx `, // vxlan, geneve
	`(any|ip6ip|ip6ip6) (?:remote)`, `ttl \S+ (no)?pmtudisc `, `6rd-prefix \S+ `, `ttl inherit ikey \S+ okey \S+ `, // ipip, sit, gre
	`okey 0.0.0.0 erspan_index 0 erspan_ver 1 `, `(hoplimit|encaplimit) .* flowlabel \S+ `, // erspan, ip6tnl
	`pi \S+ vnet_hdr \S+ persist \S+ `, // tun
}, "|"))

// decoded returns ip's text without what is undecoded.
func decoded(text string) string {
	return undecoded.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, "remote") {
			return "remote"
		}
		return ""
	})
}

func TestShowAsIP(t *testing.T) {
	ns := recorded()
	for part := range strings.SplitSeq("\n"+strings.TrimSuffix(printed, "\n"), "\n$ ") {
		line, want, found := strings.Cut(part, "\n")
		if line == "" {
			continue
		}
		if found {
			want += "\n"
		}
		args := strings.Fields(line)[1:]
		if args[0] == "-d" {
			want = decoded(want)
		}
		got, err := ipshow.Show(ns, args...)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v (-ip +vethlab)\n%s", line, err, d)
		}
	}
}

// The JSON of -d under ip's keys, as far as the attributes are decoded.
func TestDetailsInJSON(t *testing.T) {
	for name, want := range map[string]string{
		"lo":     `"promiscuity":0,"allmulti":0,"min_mtu":0,"max_mtu":0,"inet6_addr_gen_mode":"eui64","num_tx_queues":1,"num_rx_queues":1,"gso_max_size":65536,"gso_max_segs":65535,"tso_max_size":524280,"tso_max_segs":65535,"gro_max_size":65536}]`,
		"br0":    `"linkinfo":{"info_kind":"bridge","info_data":{"forward_delay":400,"hello_time":200,"max_age":2000,"ageing_time":30000,"stp_state":0,"priority":32768,"vlan_filtering":0,"bridge_id":"8000.2:0:0:0:0:10"}}`,
		"eth1":   `"linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","priority":32,"cost":5,"hairpin":true,"guard":true,"root_block":false,"learning":false,"flood":true,"no":"0x1","isolated":true}}`,
		"qinq":   `"linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1ad","id":6}}`,
		"mv0":    `"linkinfo":{"info_kind":"macvlan","info_data":{"mode":"bridge","bcqueuelen":1000,"usedbcqueuelen":1000}}`,
		"vx0":    `"linkinfo":{"info_kind":"vxlan","info_data":{"id":7,"remote":"10.0.0.2","local":"10.0.0.1","link":"eth2","port":4789}}`,
		"gn0":    `"linkinfo":{"info_kind":"geneve","info_data":{"id":7,"remote":"10.0.0.2"}}`,
		"ipip0":  `"linkinfo":{"info_kind":"ipip","info_data":{"remote":"10.0.0.2","local":"10.0.0.1"}}`,
		"tun0":   `"linkinfo":{"info_kind":"tun","info_data":{"type":"tun"}}`,
		"d0":     `"promiscuity":1,"allmulti":1,"min_mtu":0,"max_mtu":0,"linkinfo":{"info_kind":"dummy"},"inet6_addr_gen_mode":"none"`,
		"t6":     `"link_pointtopoint":true,"broadcast":"fd00::2","permaddr":"eef2:7676:f2b::"`,
		"eth2.5": `"ifindex":15,"link":"eth2","ifname":"eth2.5"`,
	} {
		got, err := ipshow.Show(recorded(), "-j", "-d", "link", "show", name)
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v\ngot  %swant %s", name, err, got, want)
		}
	}
}
