package ipshow_test

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func addr(s string) netip.Addr     { return netip.MustParseAddr(s) }

func lladdr(s string) dump.HWAddr {
	a, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
	if err != nil {
		panic(err)
	}
	return a
}

// recorded returns the dump of a namespace of Linux 6.12, of which testdata/ip.txt has
// what iproute2 6.1.0 printed at the same time.
func recorded() *dump.Namespace {
	return &dump.Namespace{Name: "here", Links: []dump.Link{
		{Index: 1, Name: "lo", Type: 772, Flags: 65609, OperState: "unknown", MTU: 65536, Address: lladdr("00:00:00:00:00:00"), Broadcast: lladdr("00:00:00:00:00:00"), Qdisc: "noqueue", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 2, Name: "tunl0", Kind: "ipip", Info: dump.Tunnel{Name: "ipip"}, Type: 768, Flags: 128, OperState: "down", MTU: 1480, Address: lladdr("00:00:00:00"), Broadcast: lladdr("00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), AddrGenMode: -1, TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 3, Name: "gre0", Kind: "gre", Info: dump.Tunnel{Name: "gre"}, Type: 778, Flags: 128, OperState: "down", MTU: 1476, Address: lladdr("00:00:00:00"), Broadcast: lladdr("00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), AddrGenMode: -1, TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 4, Name: "gretap0", Kind: "gretap", Info: dump.Tunnel{Name: "gretap"}, Type: 1, Flags: 4098, OperState: "down", MTU: 1462, MinMTU: 68, Address: lladdr("00:00:00:00:00:00"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 5, Name: "erspan0", Kind: "erspan", Info: dump.Tunnel{Name: "erspan"}, Type: 1, Flags: 4098, OperState: "down", MTU: 1450, MinMTU: 68, Address: lladdr("00:00:00:00:00:00"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 6, Name: "sit0", Kind: "sit", Info: dump.Tunnel{Name: "sit", TTL: 64}, Type: 776, Flags: 128, OperState: "down", MTU: 1480, MinMTU: 1280, MaxMTU: 65555, Address: lladdr("00:00:00:00"), Broadcast: lladdr("00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 7, Name: "ip6tnl0", Kind: "ip6tnl", Info: dump.Tunnel{Name: "ip6tnl"}, Type: 769, Flags: 128, OperState: "down", MTU: 1452, MinMTU: 68, MaxMTU: 65535, Address: lladdr("00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"), Broadcast: lladdr("00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"), PermAddress: lladdr("ea:15:71:2b:c7:c3:00:00:00:00:00:00:00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 8, Name: "tap0", Kind: "tun", Info: dump.Tun{Tap: true}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65521, Address: lladdr("02:00:00:00:00:26"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 9, Name: "tun0", Kind: "tun", Info: dump.Tun{}, Type: 65534, Flags: 4240, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Qdisc: "noop", TxQueueLen: 500, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 10, Name: "br0", Kind: "bridge", Info: dump.Bridge{ForwardDelay: 400, HelloTime: 200, MaxAge: 2000, AgeingTime: 30000, Priority: 32768, ID: "8000.2:0:0:0:0:10"}, Type: 1, Flags: 69699, OperState: "up", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:10"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Qdisc: "noqueue", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{RxBytes: 852, RxPackets: 11, Multicast: 11, TxBytes: 844, TxPackets: 10}},
		{Index: 11, Name: "eth0", Kind: "veth", Type: 1, Flags: 69699, OperState: "up", MTU: 1400, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:11"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 12, ParentNetns: new(int32(0)), Qdisc: "noqueue", TxQueueLen: 1000, Group: 7, AllMulti: new(0), AltNames: []string{"to-the-other", "uplink"}, TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{RxBytes: 656, RxPackets: 8, TxBytes: 1206, TxPackets: 13}},
		{Index: 13, Name: "eth1", Kind: "veth", Port: &dump.Port{State: 3, Priority: 32, Cost: 5, Hairpin: true, Flood: true, Isolated: true, Number: 1, Guard: true, MulticastFlood: true, BroadcastFlood: true}, Type: 1, Flags: 69699, OperState: "up", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:13"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Master: 10, Parent: 14, Qdisc: "noqueue", TxQueueLen: 1000, Promiscuity: 1, AllMulti: new(1), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{RxBytes: 1096, RxPackets: 12, TxBytes: 1500, TxPackets: 18}},
		{Index: 14, Name: "eth2", Kind: "veth", Type: 1, Flags: 69699, OperState: "up", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:14"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 13, Qdisc: "noqueue", TxQueueLen: 1000, AllMulti: new(0), Alias: "a_cable", TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{RxBytes: 1500, RxPackets: 18, TxBytes: 1096, TxPackets: 12}},
		{Index: 15, Name: "eth2.5", Kind: "vlan", Info: dump.VLAN{ID: 5, Protocol: 33024}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:14"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 14, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 16, Name: "qinq", Kind: "vlan", Info: dump.VLAN{ID: 6, Protocol: 34984}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:14"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 14, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 17, Name: "mv0", Kind: "macvlan", Info: dump.Macvlan{Mode: "bridge", BCQueueLen: new(1000), BCQueueLenUsed: new(1000)}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:17"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 14, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 19, Name: "iv0", Kind: "ipvlan", Info: dump.IPVlan{Mode: "l3"}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:20"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 20, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 20, Name: "d0", Kind: "dummy", Type: 1, Flags: 898, OperState: "down", MTU: 1500, Address: lladdr("02:00:00:00:00:20"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Qdisc: "noop", TxQueueLen: 1000, Mode: 1, Promiscuity: 1, AllMulti: new(1), AddrGenMode: 1, TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 21, Name: "vx0", Kind: "vxlan", Info: dump.VXLAN{ID: 7, Device: 14, Local: addr("10.0.0.1"), Remote: addr("10.0.0.2"), Port: 4789}, Type: 1, Flags: 4098, OperState: "down", MTU: 1450, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:21"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 22, Name: "gn0", Kind: "geneve", Info: dump.Tunnel{Name: "geneve", Remote: addr("10.0.0.2"), Key: 7}, Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65485, Address: lladdr("02:00:00:00:00:22"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 23, Name: "ipip0", Kind: "ipip", Info: dump.Tunnel{Name: "ipip", Local: addr("10.0.0.1"), Remote: addr("10.0.0.2"), TTL: 9}, Type: 768, Flags: 144, OperState: "down", MTU: 1480, Address: lladdr("0a:00:00:01"), Broadcast: lladdr("0a:00:00:02"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 24, Name: "gre9", Kind: "gre", Info: dump.Tunnel{Name: "gre", Local: addr("10.0.0.1"), Remote: addr("10.0.0.2"), Key: 5}, Type: 778, Flags: 144, OperState: "down", MTU: 1472, Address: lladdr("0a:00:00:01"), Broadcast: lladdr("0a:00:00:02"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 25, Name: "sit9", Kind: "sit", Info: dump.Tunnel{Name: "sit", Local: addr("10.0.0.1")}, Type: 776, Flags: 128, OperState: "down", MTU: 1480, MinMTU: 1280, MaxMTU: 65555, Address: lladdr("0a:00:00:01"), Broadcast: lladdr("00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 27, Name: "t6", Kind: "ip6tnl", Info: dump.Tunnel{Name: "ip6tnl", Local: addr("fd00::1"), Remote: addr("fd00::2"), TTL: 64}, Type: 769, Flags: 144, OperState: "down", MTU: 1452, MinMTU: 68, MaxMTU: 65535, Address: lladdr("fd:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01"), Broadcast: lladdr("fd:00:00:00:00:00:00:00:00:00:00:00:00:00:00:02"), PermAddress: lladdr("ee:f2:76:76:0f:2b:00:00:00:00:00:00:00:00:00:00"), Unbound: true, Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 1, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 65536, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
		{Index: 28, Name: "dq", Kind: "veth", Type: 1, Flags: 4098, OperState: "down", MTU: 1500, MinMTU: 68, MaxMTU: 65535, Address: lladdr("02:00:00:00:00:28"), Broadcast: lladdr("ff:ff:ff:ff:ff:ff"), Parent: 29, ParentNetns: new(int32(0)), Qdisc: "noop", TxQueueLen: 1000, AllMulti: new(0), TxQueues: 2, RxQueues: 1, GSOMaxSize: 65536, GSOMaxSegs: 65535, TSOMaxSize: 524280, TSOMaxSegs: 65535, GROMaxSize: 65536, GSOIPv4MaxSize: 65536, GROIPv4MaxSize: 65536, Stats: &dump.Stats{}},
	}, Addresses: []dump.Address{
		{Index: 1, Prefix: prefix("127.0.0.1/8"), Label: "lo", Scope: 254, Flags: 128, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 11, Prefix: prefix("10.8.0.1/24"), Label: "eth0", Scope: 253, Flags: 640, Metric: 7, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 11, Prefix: prefix("10.0.0.1/24"), Broadcast: addr("10.0.0.255"), Label: "eth0", Flags: 128, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 11, Prefix: prefix("10.9.0.1/32"), Peer: addr("10.9.0.2"), Label: "eth0", Flags: 128, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 11, Prefix: prefix("10.0.0.7/24"), Label: "eth0:x", Flags: 129, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 20, Prefix: prefix("10.7.0.1/24"), Label: "d0", Flags: 128, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 1, Prefix: prefix("::1/128"), Scope: 254, Flags: 128, Protocol: 1, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 10, Prefix: prefix("fe80::ff:fe00:10/64"), Scope: 253, Flags: 128, Protocol: 3, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 11, Prefix: prefix("fd00::9/64"), Flags: 162, Valid: dump.Forever},
		{Index: 11, Prefix: prefix("fd00::1/64"), Flags: 2, Valid: 4987, Preferred: 3987},
		{Index: 11, Prefix: prefix("fe80::ff:fe00:11/64"), Scope: 253, Flags: 128, Protocol: 3, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 13, Prefix: prefix("fe80::ff:fe00:13/64"), Scope: 253, Flags: 128, Protocol: 3, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 14, Prefix: prefix("fd00:7::1/64"), Flags: 146, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 14, Prefix: prefix("fd00:5::1/64"), Flags: 386, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 14, Prefix: prefix("fe80::ff:fe00:14/64"), Scope: 253, Flags: 128, Protocol: 3, Valid: dump.Forever, Preferred: dump.Forever},
		{Index: 20, Prefix: prefix("fd00:6::1/64"), Flags: 128, Valid: dump.Forever, Preferred: dump.Forever},
	}, Routes: []dump.Route{
		{To: prefix("10.4.0.0/16"), Via: addr("10.0.0.2"), Index: 11, Source: addr("10.0.0.1"), Table: 1000, Protocol: 4, Type: 1},
		{To: prefix("10.40.0.0/16"), Via: addr("10.0.0.2"), Index: 11, Table: 253, Protocol: 3, Type: 1},
		{To: prefix("0.0.0.0/0"), Via: addr("10.0.0.254"), Index: 11, Table: 254, Protocol: 3, Type: 1},
		{To: prefix("10.0.0.0/24"), Index: 11, Source: addr("10.0.0.1"), Table: 254, Protocol: 2, Scope: 253, Type: 1},
		{To: prefix("10.1.0.0/16"), Via: addr("10.0.0.2"), Index: 11, Table: 254, Protocol: 3, Type: 1, Metric: 7, MTU: 1300},
		{To: prefix("10.2.0.0/16"), Table: 254, Protocol: 3, Type: 1, Hops: []dump.Hop{
			{Via: addr("10.0.0.2"), Index: 11, Weight: 3},
			{Via: addr("10.0.0.3"), Index: 11, Weight: 1, Flags: 4},
		}},
		{To: prefix("10.3.0.0/16"), Table: 254, Protocol: 3, Type: 7},
		{To: prefix("10.5.0.0/16"), Via: addr("fd00::2"), Index: 11, Table: 254, Protocol: 3, Type: 1},
		{To: prefix("10.6.6.6/32"), Index: 11, Table: 254, Protocol: 12, Scope: 253, Type: 1, TOS: 16},
		{To: prefix("10.9.0.2/32"), Index: 11, Source: addr("10.9.0.1"), Table: 254, Protocol: 2, Scope: 253, Type: 1},
		{To: prefix("10.30.0.0/16"), Table: 254, Protocol: 77, Type: 6},
		{To: prefix("10.0.0.1/32"), Index: 11, Source: addr("10.0.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("10.0.0.7/32"), Index: 11, Source: addr("10.0.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("10.0.0.255/32"), Index: 11, Source: addr("10.0.0.1"), Table: 255, Protocol: 2, Scope: 253, Type: 3},
		{To: prefix("10.7.0.1/32"), Index: 20, Source: addr("10.7.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("10.8.0.1/32"), Index: 11, Source: addr("10.8.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("10.8.0.255/32"), Index: 11, Source: addr("10.8.0.1"), Table: 255, Protocol: 2, Scope: 253, Type: 3},
		{To: prefix("10.9.0.1/32"), Index: 11, Source: addr("10.9.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("127.0.0.0/8"), Index: 1, Source: addr("127.0.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("127.0.0.1/32"), Index: 1, Source: addr("127.0.0.1"), Table: 255, Protocol: 2, Scope: 254, Type: 2},
		{To: prefix("127.255.255.255/32"), Index: 1, Source: addr("127.0.0.1"), Table: 255, Protocol: 2, Scope: 253, Type: 3},
		{To: prefix("fd00::/64"), Index: 11, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fd00:5::/64"), Index: 14, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fd00:7::/64"), Index: 14, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fd01::/64"), Via: addr("fd00::2"), Index: 11, Table: 254, Protocol: 3, Type: 1, Metric: 1024},
		{To: prefix("fd02::/64"), From: prefix("fd09::/64"), Via: addr("fd00::2"), Index: 11, Table: 254, Protocol: 3, Type: 1, Metric: 1024},
		{To: prefix("fd03::/64"), Via: addr("fd00::2"), Index: 11, Table: 254, Protocol: 3, Type: 1, Metric: 1024, Pref: 1},
		{To: prefix("fd04::/64"), From: prefix("fd09::1/128"), Via: addr("fd00::2"), Index: 11, Table: 254, Protocol: 3, Type: 1, Metric: 1024},
		{To: prefix("fe80::/64"), Index: 14, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fe80::/64"), Index: 13, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fe80::/64"), Index: 10, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("fe80::/64"), Index: 11, Table: 254, Protocol: 2, Type: 1, Metric: 256},
		{To: prefix("::1/128"), Index: 1, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fd00::1/128"), Index: 11, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fd00::9/128"), Index: 11, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fd00:5::1/128"), Index: 14, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fd00:6::1/128"), Index: 20, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fd00:7::1/128"), Index: 14, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fe80::ff:fe00:10/128"), Index: 10, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fe80::ff:fe00:11/128"), Index: 11, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fe80::ff:fe00:13/128"), Index: 13, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("fe80::ff:fe00:14/128"), Index: 14, Table: 255, Protocol: 2, Type: 2},
		{To: prefix("ff00::/8"), Index: 14, Table: 255, Protocol: 2, Type: 5, Metric: 256},
		{To: prefix("ff00::/8"), Index: 13, Table: 255, Protocol: 2, Type: 5, Metric: 256},
		{To: prefix("ff00::/8"), Index: 10, Table: 255, Protocol: 2, Type: 5, Metric: 256},
		{To: prefix("ff00::/8"), Index: 11, Table: 255, Protocol: 2, Type: 5, Metric: 256},
	}, Rules: []dump.Rule{
		{Family: 2, Table: 255, Action: 1},
		{Family: 2, Priority: 97, Not: true, From: prefix("10.99.0.0/16"), Action: 8},
		{Family: 2, Priority: 98, To: prefix("10.0.0.1/32"), Action: 6},
		{Family: 2, Priority: 99, From: prefix("10.0.0.1/32"), Out: "eth0", TOS: 16, Mark: 2, Mask: 4294967295, Table: 77, Action: 1},
		{Family: 2, Priority: 100, From: prefix("10.0.0.0/8"), To: prefix("10.2.0.0/16"), In: "eth0", Mark: 1, Mask: 255, Table: 1000, Action: 1},
		{Family: 2, Priority: 32766, Table: 254, Action: 1},
		{Family: 2, Priority: 32767, Table: 253, Action: 1},
		{Family: 10, Table: 255, Action: 1},
		{Family: 10, Priority: 101, Not: true, From: prefix("fd00::/8"), Table: 1001, Action: 1},
		{Family: 10, Priority: 32766, Table: 254, Action: 1},
	}, Neighbours: []dump.Neighbour{
		{Index: 11, To: addr("10.0.0.4"), Address: lladdr("02:00:00:00:00:04"), State: 4},
		{Index: 11, To: addr("10.0.0.2"), Address: lladdr("02:00:00:00:00:02"), State: 128},
		{Index: 10, To: addr("224.0.0.22"), Address: lladdr("01:00:5e:00:00:16"), State: 64},
		{Index: 11, To: addr("10.0.0.7"), Address: lladdr("02:00:00:00:00:07"), State: 128, Flags: 16},
		{Index: 11, To: addr("10.0.0.3"), Address: lladdr("02:00:00:00:00:03"), State: 2},
		{Index: 11, To: addr("10.0.0.6"), Address: lladdr("02:00:00:00:00:06"), State: 64},
		{Index: 11, To: addr("10.0.0.5"), State: 32},
		{Index: 10, To: addr("ff02::2"), Address: lladdr("33:33:00:00:00:02"), State: 64},
		{Index: 14, To: addr("ff02::2"), Address: lladdr("33:33:00:00:00:02"), State: 64},
		{Index: 13, To: addr("ff02::1:ff00:13"), Address: lladdr("33:33:ff:00:00:13"), State: 64},
		{Index: 11, To: addr("fd00::2"), Address: lladdr("02:00:00:00:00:02"), State: 128, Flags: 128},
		{Index: 11, To: addr("ff02::16"), Address: lladdr("33:33:00:00:00:16"), State: 64},
		{Index: 11, To: addr("ff02::1:ff00:11"), Address: lladdr("33:33:ff:00:00:11"), State: 64},
		{Index: 13, To: addr("ff02::16"), Address: lladdr("33:33:00:00:00:16"), State: 64},
		{Index: 11, To: addr("ff02::2"), Address: lladdr("33:33:00:00:00:02"), State: 64},
		{Index: 13, To: addr("ff02::2"), Address: lladdr("33:33:00:00:00:02"), State: 64},
		{Index: 10, To: addr("ff02::1:ff00:10"), Address: lladdr("33:33:ff:00:00:10"), State: 64},
		{Index: 14, To: addr("ff02::16"), Address: lladdr("33:33:00:00:00:16"), State: 64},
		{Index: 10, To: addr("ff02::16"), Address: lladdr("33:33:00:00:00:16"), State: 64},
		{Index: 14, To: addr("ff02::1:ff00:14"), Address: lladdr("33:33:ff:00:00:14"), State: 64},
		{Index: 11, To: addr("10.0.0.9"), Flags: 8, Proxy: true},
		{Index: 11, To: addr("fd00::77"), Flags: 8, Proxy: true},
	}, FDB: []dump.FDBEntry{
		{Address: lladdr("02:00:00:00:00:10"), Index: 10, Master: 10, VLAN: 1, State: 128},
		{Address: lladdr("02:00:00:00:00:10"), Index: 10, Master: 10, State: 128},
		{Address: lladdr("02:00:00:00:00:13"), Index: 13, Master: 10, VLAN: 1, State: 128},
		{Address: lladdr("02:00:00:00:00:13"), Index: 13, Master: 10, State: 128},
		{Address: lladdr("00:00:00:00:00:00"), Index: 21, To: addr("10.0.0.2"), State: 130, Flags: 2},
	}, Peers: map[int32]string{0: "there"}}
}
