package ipshow_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
)

// What `tc qdisc show` of iproute2 6.1.0 printed on Linux 6.12, and the dump. Of a
// kind that is not decoded, such as sfq, the attributes are missing.
func TestQdiscs(t *testing.T) {
	ns := recorded()
	for _, tt := range []struct {
		made string
		list []dump.Qdisc
		want string
	}{
		{
			"qdisc add dev d0 root pfifo limit 77",
			[]dump.Qdisc{{Index: 20, Kind: "pfifo", Handle: 0x80010000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Fifo{Limit: 77}}},
			`qdisc pfifo 8001: dev d0 root refcnt 2 limit 77p`,
		},
		{
			"qdisc add dev d0 root bfifo limit 4096",
			[]dump.Qdisc{{Index: 20, Kind: "bfifo", Handle: 0x80020000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Fifo{Limit: 4096, Bytes: true}}},
			`qdisc bfifo 8002: dev d0 root refcnt 2 limit 4Kb`,
		},
		{
			"qdisc add dev d0 root bfifo limit 5000",
			[]dump.Qdisc{{Index: 20, Kind: "bfifo", Handle: 0x80030000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Fifo{Limit: 5000, Bytes: true}}},
			`qdisc bfifo 8003: dev d0 root refcnt 2 limit 5000b`,
		},
		{
			"qdisc add dev d0 root bfifo limit 3145728",
			[]dump.Qdisc{{Index: 20, Kind: "bfifo", Handle: 0x80040000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Fifo{Limit: 0x300000, Bytes: true}}},
			`qdisc bfifo 8004: dev d0 root refcnt 2 limit 3Mb`,
		},
		{
			"qdisc add dev d0 root handle 1: htb default 10 r2q 5",
			[]dump.Qdisc{{Index: 20, Kind: "htb", Handle: 0x10000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.HTB{Rate2Quantum: 5, Default: 16, DirectQueue: 1000}}},
			`qdisc htb 1: dev d0 root refcnt 2 r2q 5 default 0x10 direct_packets_stat 0 direct_qlen 1000`,
		},
		{
			"qdisc add dev d0 root htb",
			[]dump.Qdisc{{Index: 20, Kind: "htb", Handle: 0x80050000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.HTB{Rate2Quantum: 10, DirectQueue: 1000}}},
			`qdisc htb 8005: dev d0 root refcnt 2 r2q 10 default 0 direct_packets_stat 0 direct_qlen 1000`,
		},
		{
			"qdisc add dev d0 root htb direct_qlen 77",
			[]dump.Qdisc{{Index: 20, Kind: "htb", Handle: 0x80060000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.HTB{Rate2Quantum: 10, DirectQueue: 77}}},
			`qdisc htb 8006: dev d0 root refcnt 2 r2q 10 default 0 direct_packets_stat 0 direct_qlen 77`,
		},
		{
			"qdisc add dev d0 parent 7:a handle 2a: netem delay 10ms",
			[]dump.Qdisc{
				{Index: 20, Kind: "prio", Handle: 0x70000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Prio{Bands: 12, Priomap: [16]uint8{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}}},
				{Index: 20, Kind: "netem", Handle: 0x2a0000, Parent: 0x7000a, Refs: 1, Options: dump.Netem{Limit: 1000, Delay: 10000000}},
			},
			`qdisc prio 7: dev d0 root refcnt 2 bands 12 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1
qdisc netem 2a: dev d0 parent 7:a limit 1000 delay 10ms`,
		},
		{
			"qdisc add dev d0 parent 7:2 handle 2a: pfifo limit 5",
			[]dump.Qdisc{
				{Index: 20, Kind: "prio", Handle: 0x70000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Prio{Bands: 4, Priomap: [16]uint8{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}}},
				{Index: 20, Kind: "pfifo", Handle: 0x2a0000, Parent: 0x70002, Refs: 1, Options: dump.Fifo{Limit: 5}},
			},
			`qdisc prio 7: dev d0 root refcnt 2 bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1
qdisc pfifo 2a: dev d0 parent 7:2 limit 5p`,
		},
		{
			"qdisc add dev dq root handle 9: mq",
			[]dump.Qdisc{
				{Index: 28, Kind: "mq", Handle: 0x90000, Parent: dump.QdiscRoot, Refs: 1},
				{Index: 28, Kind: "fq_codel", Parent: 0x90002, Refs: 1, Options: dump.FqCodel{Limit: 10240, Flows: 1024, Quantum: 1514, Target: 4999, Interval: 0x1869f, MemoryLimit: 0x2000000, ECN: true, DropBatch: 64}},
				{Index: 28, Kind: "fq_codel", Parent: 0x90001, Refs: 1, Options: dump.FqCodel{Limit: 10240, Flows: 1024, Quantum: 1514, Target: 4999, Interval: 0x1869f, MemoryLimit: 0x2000000, ECN: true, DropBatch: 64}},
			},
			`qdisc mq 9: dev dq root
qdisc fq_codel 0: dev dq parent 9:2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64
qdisc fq_codel 0: dev dq parent 9:1 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64`,
		},
		{
			"qdisc add dev d0 root sfq",
			[]dump.Qdisc{{Index: 20, Kind: "sfq", Handle: 0x80010000, Parent: dump.QdiscRoot, Refs: 2}},
			`qdisc sfq 8001: dev d0 root refcnt 2`,
		},
		{
			"qdisc add dev d0 root tbf rate 8mbit burst 10kb latency 2000us",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80020000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 0xf4240, Burst: 10240, Limit: 12240}}},
			`qdisc tbf 8002: dev d0 root refcnt 2 rate 8Mbit burst 10Kb lat 2ms`,
		},
		{
			"qdisc add dev d0 root netem delay 10ms 2ms",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x80030000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 10000000, Jitter: 2000000}}},
			`qdisc netem 8003: dev d0 root refcnt 2 limit 1000 delay 10ms  2ms`,
		},
		{
			"qdisc add dev d0 root handle 7: prio bands 4",
			[]dump.Qdisc{{Index: 20, Kind: "prio", Handle: 0x70000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Prio{Bands: 4, Priomap: [16]uint8{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}}}},
			`qdisc prio 7: dev d0 root refcnt 2 bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1`,
		},
		{
			"qdisc add dev d0 root tbf rate 1mbit burst 5kb latency 50ms",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80040000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 0x1e848, Burst: 5120, Limit: 11370}}},
			`qdisc tbf 8004: dev d0 root refcnt 2 rate 1Mbit burst 5Kb lat 50ms`,
		},
		{
			"qdisc add dev d0 root tbf rate 123456bit burst 10kb limit 20kb",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80050000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 15432, Burst: 10239, Limit: 20480}}},
			`qdisc tbf 8005: dev d0 root refcnt 2 rate 123456bit burst 10Kb lat 664ms`,
		},
		{
			"qdisc add dev d0 root tbf rate 9gbit burst 1mb latency 1ms",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80060000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 0x430e2340, Burst: 0xfffb4, Limit: 0x212a88}}},
			`qdisc tbf 8006: dev d0 root refcnt 2 rate 9Gbit burst 1048500b lat 1ms`,
		},
		{
			"qdisc add dev d0 root tbf rate 1mbit burst 10kb limit 5kb",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80070000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 0x1e848, Burst: 10240, Limit: 5120}}},
			`qdisc tbf 8007: dev d0 root refcnt 2 rate 1Mbit burst 10Kb limit 5Kb`,
		},
		{
			"qdisc add dev d0 root tbf rate 1mbit burst 10kb latency 2s peakrate 2mbit mtu 1600",
			[]dump.Qdisc{{Index: 20, Kind: "tbf", Handle: 0x80080000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.TBF{Rate: 0x1e848, Burst: 10240, Limit: 0x3f890, Peak: 0x3d090, MTU: 1600}}},
			`qdisc tbf 8008: dev d0 root refcnt 2 rate 1Mbit burst 10Kb peakrate 2Mbit minburst 1600b lat 2s`,
		},
		{
			"qdisc add dev d0 clsact",
			[]dump.Qdisc{{Index: 20, Kind: "clsact", Handle: 0xffff0000, Parent: dump.QdiscIngress, Refs: 1}},
			`qdisc clsact ffff: dev d0 parent ffff:fff1`,
		},
		{
			"qdisc add dev d0 root fq_codel",
			[]dump.Qdisc{{Index: 20, Kind: "fq_codel", Handle: 0x80090000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.FqCodel{Limit: 10240, Flows: 1024, Quantum: 1514, Target: 4999, Interval: 0x1869f, MemoryLimit: 0x2000000, ECN: true, DropBatch: 64}}},
			`qdisc fq_codel 8009: dev d0 root refcnt 2 limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64`,
		},
		{
			"qdisc add dev d0 root fq_codel limit 500 flows 64 target 7ms interval 150ms memory_limit 1mb noecn",
			[]dump.Qdisc{{Index: 20, Kind: "fq_codel", Handle: 0x800a0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.FqCodel{Limit: 500, Flows: 64, Quantum: 1514, Target: 6999, Interval: 0x249ef, MemoryLimit: 0x100000, DropBatch: 64}}},
			`qdisc fq_codel 800a: dev d0 root refcnt 2 limit 500p flows 64 quantum 1514 target 7ms interval 150ms memory_limit 1Mb drop_batch 64`,
		},
		{
			"qdisc add dev d0 root netem delay 10ms",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x800b0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 10000000}}},
			`qdisc netem 800b: dev d0 root refcnt 2 limit 1000 delay 10ms`,
		},
		{
			"qdisc add dev d0 root netem delay 10ms 2ms 25% loss 1%",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x800c0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 10000000, Jitter: 2000000, Loss: 0x28f5c29, DelayCorrelation: 0x40000000}}},
			`qdisc netem 800c: dev d0 root refcnt 2 limit 1000 delay 10ms  2ms 25% loss 1%`,
		},
		{
			"qdisc add dev d0 root netem loss 0.3% 25% duplicate 1% 5% corrupt 0.1%",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x800d0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Loss: 0xc49ba6, Duplicate: 0x28f5c29, LossCorrelation: 0x40000000, DupCorrelation: 0xccccccd, Corrupt: 0x418937}}},
			`qdisc netem 800d: dev d0 root refcnt 2 limit 1000 loss 0.3% 25% duplicate 1% 5% corrupt 0.1%`,
		},
		{
			"qdisc add dev d0 root netem rate 1mbit delay 100ms reorder 25% 50% gap 5",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x800e0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 100000000, Gap: 5, Reorder: 0x40000000, ReorderCorr: 0x80000000, Rate: 0x1e848}}},
			`qdisc netem 800e: dev d0 root refcnt 2 limit 1000 delay 100ms reorder 25% 50% rate 1Mbit gap 5`,
		},
		{
			"qdisc add dev d0 root netem delay 1500us loss 100% ecn limit 50",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x800f0000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 50, Delay: 1499968, Loss: 4294967295, ECN: true}}},
			`qdisc netem 800f: dev d0 root refcnt 2 limit 50 delay 1.5ms loss 100% ecn`,
		},
		{
			"qdisc add dev d0 root netem delay 3s rate 2500bit",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x80100000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 3000000000, Rate: 312}}},
			`qdisc netem 8010: dev d0 root refcnt 2 limit 1000 delay 3s rate 2496bit`,
		},
		{
			"qdisc add dev d0 root netem delay 999us corrupt 3% 7%",
			[]dump.Qdisc{{Index: 20, Kind: "netem", Handle: 0x80110000, Parent: dump.QdiscRoot, Refs: 2, Options: dump.Netem{Limit: 1000, Delay: 998976, Corrupt: 0x7ae147b, CorruptCorr: 0x11eb851f}}},
			`qdisc netem 8011: dev d0 root refcnt 2 limit 1000 delay 998us corrupt 3% 7%`,
		},
	} {
		if got := strings.TrimSuffix(ipshow.Qdiscs(tt.list, ns), "\n"); got != tt.want {
			t.Errorf("tc %s\ngot  %s\nwant %s", tt.made, got, tt.want)
		}
	}
}
