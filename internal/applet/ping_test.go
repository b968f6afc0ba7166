//go:build linux

package applet

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/probe"
)

func TestPingTarget(t *testing.T) {
	to := netip.MustParseAddr("10.0.0.1")
	if got := (PingOptions{From: "10.0.0.2"}).target(to); got.Source != netip.MustParseAddr("10.0.0.2") || got.Interface != "" || got.To != to {
		t.Errorf("got %+v", got)
	}
	if got := (PingOptions{From: "eth0"}).target(to); got.Source.IsValid() || got.Interface != "eth0" {
		t.Errorf("got %+v", got)
	}
}

func TestPingAddress(t *testing.T) {
	for _, c := range []struct {
		host    string
		options PingOptions
		want    string // an address, or an error
	}{
		{"10.0.0.1", PingOptions{}, "10.0.0.1"},
		{"10.0.0.1", PingOptions{IPv4: true}, "10.0.0.1"},
		{"10.0.0.1", PingOptions{IPv6: true}, "Address family for hostname not supported"},
		{"fd00::1", PingOptions{IPv4: true}, "Address family for hostname not supported"},
		{"fd00::1", PingOptions{IPv6: true}, "fd00::1"},
		{"localhost", PingOptions{IPv4: true}, "127.0.0.1"},
		{"no.such.host.invalid", PingOptions{}, "Name or service not known"},
	} {
		got, err := pingAddress(t.Context(), c.host, c.options)
		if err != nil && err.Error() != c.want || err == nil && got.String() != c.want {
			t.Errorf("%s %+v: got %v, %v", c.host, c.options, got, err)
		}
	}
}

func TestPing(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	options := PingOptions{PingOptions: probe.PingOptions{Count: 2, Interval: time.Millisecond, Timeout: 200 * time.Millisecond}}
	for _, c := range []struct {
		setup, host string
		quiet       bool
		code        int
		out, err    string
	}{
		{"", "10.9.9.9", false, pingFailed, "PING 10.9.9.9", "ping: connect: Network is unreachable\n"},
		{"link set lo up", "127.0.0.1", false, 0, "icmp_seq=2", ""},
		{"", "127.0.0.1", true, 0, "2 packets transmitted, 2 received, 0% packet loss", ""},
		{"", "no.such.host.invalid", false, pingFailed, "", "ping: no.such.host.invalid: Name or service not known\n"},
		{"route add 10.9.9.9 dev lo", "10.9.9.9", false, pingNoReply, "2 packets transmitted, 0 received", ""},
	} {
		var r recorder
		if err := IP(t.Context(), strings.Fields(c.setup), r.io("")); c.setup != "" && err != nil {
			t.Fatalf("ip %s: %v", c.setup, err)
		}
		o := options
		o.Quiet = c.quiet
		code, err := Ping(t.Context(), c.host, o, r.io(""))
		if err != nil {
			code = exitCode(err)
		}
		if code != c.code || !strings.Contains(r.out.String(), c.out) || r.err.String() != c.err {
			t.Errorf("ping %s: got %d, %q, %q (%v)", c.host, code, r.out.String(), r.err.String(), err)
		}
		if c.quiet && strings.Contains(r.out.String(), "icmp_seq") {
			t.Errorf("ping -q %s: got %q", c.host, r.out.String())
		}
	}
}
