package iputils_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/iputils"
)

var (
	v4 = netip.MustParseAddr("192.0.2.1")
	v6 = netip.MustParseAddr("2001:db8::1")
)

func TestHeader(t *testing.T) {
	for want, got := range map[string]string{
		"PING ns1 (192.0.2.1) 56(84) bytes of data.\n": iputils.Header("ns1", v4),
		"PING ns1(2001:db8::1) 56 data bytes\n":        iputils.Header("ns1", v6),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestReply(t *testing.T) {
	for rtt, want := range map[time.Duration]string{
		0:                          "0.000",
		51 * time.Microsecond:      "0.051",
		412 * time.Microsecond:     "0.412",
		1234 * time.Microsecond:    "1.23",
		12345 * time.Microsecond:   "12.3",
		123456 * time.Microsecond:  "123",
		1234567 * time.Microsecond: "1235",
	} {
		want = "64 bytes from 192.0.2.1: icmp_seq=3 ttl=63 time=" + want + " ms\n"
		if got := iputils.Reply(v4, 3, 63, rtt); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	answered := iputils.Statistics{
		Sent: 3, Received: 2, Took: 2048 * time.Millisecond,
		Min: 40 * time.Microsecond, Mean: 1050 * time.Microsecond, Max: 12 * time.Millisecond, StdDev: time.Microsecond,
	}
	const want = "\n--- ns1 ping statistics ---\n" +
		"3 packets transmitted, 2 received, 33% packet loss, time 2048ms\n" +
		"rtt min/avg/max/mdev = 0.040/1.050/12.000/0.001 ms\n"
	if got := answered.Summary("ns1"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	const none = "\n--- ns1 ping statistics ---\n0 packets transmitted, 0 received, 0% packet loss, time 0ms\n"
	if got := (iputils.Statistics{}).Summary("ns1"); got != none {
		t.Errorf("got %q, want %q", got, none)
	}
}

func TestICMPError(t *testing.T) {
	for want, e := range map[string]iputils.ICMPError{
		"From 192.0.2.1 icmp_seq=2 Destination Host Unreachable\n":        {By: v4, Type: 3, Code: 1},
		"From 192.0.2.1 icmp_seq=2 Time to live exceeded\n":               {By: v4, Type: 11},
		"From 2001:db8::1 icmp_seq=2 Time exceeded: Hop limit\n":          {By: v6, Type: 3},
		"From 2001:db8::1 icmp_seq=2 Destination unreachable: No route\n": {By: v6, Type: 1},
		"From 192.0.2.1 icmp_seq=2 Frag needed and DF set (mtu = 1400)\n": {By: v4, Type: 3, Code: 4, MTU: 1400},
		"From 2001:db8::1 icmp_seq=2 Destination unreachable: reject\n":   {By: v6, Type: 1, Code: 6, Reason: "Destination unreachable: reject"},
	} {
		if got := e.Line(2); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
