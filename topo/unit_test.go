package topo_test

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/vethlab/vethlab/topo"
)

// checkText checks that a text is read as a value, that the value is written as
// another text, and that this text is read as the same value.
func checkText[T comparable, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, text string, want T, written string) {
	t.Helper()
	var got T
	if err := P(&got).UnmarshalText([]byte(text)); err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	if got != want {
		t.Errorf("%s is read as %v, want %v", text, got, want)
	}
	if s := fmt.Sprint(got); s != written {
		t.Errorf("%s is written as %s, want %s", text, s, written)
	}
	var again T
	if err := P(&again).UnmarshalText([]byte(written)); err != nil || again != want {
		t.Errorf("%s is read back as %v (%v), want %v", written, again, err, want)
	}
}

func TestDuration(t *testing.T) {
	checkText(t, "20ms", 20*topo.Millisecond, "20ms")
	checkText(t, "1.5 s", 1500*topo.Millisecond, "1.5s")
	checkText(t, "90s", 90*topo.Second, "1m30s")
	checkText(t, "120s", 2*topo.Minute, "2m")
	checkText(t, "2h0m5s", topo.Duration(2*time.Hour+5*time.Second), "2h0m5s")
	checkText(t, "60m", 60*topo.Minute, "1h")
	checkText(t, "1500ns", 1500*topo.Nanosecond, "1.5us")
	checkText(t, "3µs", 3*topo.Microsecond, "3us")
	for _, bad := range []string{"", "0s", "-1s", "20", "ms", "1 week", "NaNs"} {
		if d, err := topo.ParseDuration(bad); err == nil {
			t.Errorf("%q is read as %s", bad, d)
		}
	}
}

func TestPercent(t *testing.T) {
	checkText(t, "0%", topo.Percent(0), "0%")
	checkText(t, "0.50 %", topo.Percent(0.5), "0.5%")
	checkText(t, "33.333%", topo.Percent(33.333), "33.333%")
	checkText(t, "100%", topo.Percent(100), "100%")
	for _, bad := range []string{"", "%", "1", "-1%", "100.1%", "NaN%", "Inf%", "0x1p-2%", "1e1%", "1_0%", ".5%"} {
		if p, err := topo.ParsePercent(bad); err == nil {
			t.Errorf("%q is read as %s", bad, p)
		}
	}
}

func TestRate(t *testing.T) {
	checkText(t, "100mbit", 100*topo.Mbit, "100mbit")
	checkText(t, "1.5 Mbit/s", 1500*topo.Kbit, "1500kbit")
	checkText(t, "2.5gbit", 2500*topo.Mbit, "2500mbit")
	checkText(t, "1000kbit", topo.Mbit, "1mbit")
	checkText(t, "1kibit", topo.Rate(1024), "1024bit")
	checkText(t, "0bit", topo.Rate(0), "0bit")
	checkText(t, "1000tbit", 1000*topo.Tbit, "1000tbit")
	for _, bad := range []string{"", "mbit", "100", "1mbps", "1MB", "1 mile", "-1mbit", "1001tbit", "1e400bit"} {
		if r, err := topo.ParseRate(bad); err == nil {
			t.Errorf("%q is read as %s", bad, r)
		}
	}
}

func TestBound(t *testing.T) {
	checkText(t, "", topo.Bound[topo.Percent]{}, "")
	checkText(t, "1%", topo.Bound[topo.Percent]{topo.AtMost, 1}, "1%")
	checkText(t, "<=1%", topo.Bound[topo.Percent]{topo.AtMost, 1}, "1%")
	checkText(t, "< 1%", topo.Bound[topo.Percent]{topo.Below, 1}, "<1%")
	checkText(t, ">=1%", topo.Bound[topo.Percent]{topo.AtLeast, 1}, ">=1%")
	checkText(t, "100mbit", topo.Bound[topo.Rate]{topo.AtLeast, 100 * topo.Mbit}, "100mbit")
	checkText(t, ">100mbit", topo.Bound[topo.Rate]{topo.Above, 100 * topo.Mbit}, ">100mbit")
	checkText(t, "<=100mbit", topo.Bound[topo.Rate]{topo.AtMost, 100 * topo.Mbit}, "<=100mbit")
	for _, bad := range []string{"<", "=1%", "<<1%", "<>1%", "1%<", "<1mbit"} {
		var b topo.Bound[topo.Percent]
		if err := b.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as %s", bad, b)
		}
	}
}

func TestBoundHolds(t *testing.T) {
	for side, want := range map[topo.Side][3]bool{
		topo.Below:   {true, false, false},
		topo.AtMost:  {true, true, false},
		topo.Above:   {false, false, true},
		topo.AtLeast: {false, true, true},
		"":           {true, true, true},
	} {
		b := topo.Bound[topo.Percent]{side, 1}
		if got := [3]bool{b.Holds(0.9), b.Holds(1), b.Holds(1.1)}; got != want {
			t.Errorf("%s of 0.9%%, 1%% and 1.1%%: %v, want %v", b, got, want)
		}
	}
}

func TestVia(t *testing.T) {
	checkText(t, "", topo.Via{}, "")
	checkText(t, "icmp", topo.Via{Protocol: topo.ICMP}, "icmp")
	checkText(t, "tcp/80", topo.Via{Protocol: topo.TCP, Port: 80}, "tcp/80")
	checkText(t, "udp/65535", topo.Via{Protocol: topo.UDP, Port: 65535}, "udp/65535")
	checkText(t, "dns/a.example.", topo.Via{Protocol: topo.DNS, Name: "a.example."}, "dns/a.example.")
	checkText(t, "http:///", topo.Via{Protocol: topo.HTTP, Path: "/"}, "http:///")
	checkText(t, "http://", topo.Via{Protocol: topo.HTTP, Path: "/"}, "http:///")
	checkText(t, "http://:8080/health", topo.Via{Protocol: topo.HTTP, Port: 8080, Path: "/health"}, "http://:8080/health")
	checkText(t, "http://b", topo.Via{Protocol: topo.HTTP, Host: "b", Path: "/"}, "http://b/")
	checkText(t, "http://b:80?x=1", topo.Via{Protocol: topo.HTTP, Host: "b", Port: 80, Path: "/?x=1"}, "http://b:80/?x=1")
	checkText(t, "http://[fd00::2]:81/a%2fb", topo.Via{Protocol: topo.HTTP, Host: "fd00::2", Port: 81, Path: "/a%2fb"}, "http://[fd00::2]:81/a%2fb")
	checkText(t, "http://web_1.x/", topo.Via{Protocol: topo.HTTP, Host: "web_1.x", Path: "/"}, "http://web_1.x/")
	for _, bad := range []string{
		"ICMP", "icmp/", "tcp", "tcp/", "tcp/+80", "tcp/80/x", "udp/0", "udp/65536", "dns", "dns/", "dns/a b", "http", "http:/x", "http://b:0/",
		"http://[fe80::1%25eth0]/", "http://a%20b/", "http://u:p@b/", "http://b/#f", "ftp://b/", "https://b/", "http://b:80:80/",
	} {
		if v, err := topo.ParseVia(bad); err == nil {
			t.Errorf("%q is read as %#v", bad, v)
		}
	}
}

// Validate reports values that the parser never returns.
func TestValidateTestLiterals(t *testing.T) {
	good := topo.Test{From: []string{"a"}, To: []string{"b"}}
	for _, tt := range []struct {
		change func(*topo.Test)
		want   string
	}{
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: "sctp"} }, `tests[0].via: unknown protocol in via: "sctp"`},
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: topo.TCP, Port: 70000} }, "tests[0].via: port 70000 is out of range, which is 1 to 65535"},
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: topo.TCP, Port: 80, Path: "/"} }, `tests[0].via: "tcp/80" has settings of another protocol`},
		{func(t *topo.Test) { t.Via = topo.Via{Port: 80} }, `tests[0].via: "" has settings of another protocol`},
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: topo.HTTP} }, `tests[0].via: "http://" is not a valid URL`},
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: topo.HTTP, Host: "x/y", Path: "/"} }, `tests[0].via: "http://x/y/" is not a valid URL`},
		{func(t *topo.Test) { t.Via = topo.Via{Protocol: topo.DNS, Name: "a..b"} }, `tests[0].via: the name "a..b" has two dots in a row`},
		{func(t *topo.Test) { t.Loss = topo.Bound[topo.Percent]{"~", 1} }, `tests[0].loss: the share ~1% has the unknown comparison "~"`},
		{func(t *topo.Test) { t.Loss = topo.Bound[topo.Percent]{topo.Below, topo.Percent(math.NaN())} }, `tests[0].loss: the share <NaN% is not from 0% to 100%`},
		{func(t *topo.Test) { t.Throughput = topo.Bound[topo.Rate]{topo.Above, -1} }, `tests[0].throughput: the rate >-1bit is not from 0 to 1000tbit`},
		{func(t *topo.Test) { t.Within = -topo.Second }, `tests[0].within: the time -1s is not above zero`},
		{func(t *topo.Test) { t.Count = -1 }, `tests[0].count: count -1 is out of range, which is 1 to 10000`},
		{func(t *topo.Test) { t.Name = "\xff" }, `tests[0].name: name is not UTF-8`},
		{func(t *topo.Test) { t.Path = []string{"c"} }, `tests[0].path[0]: unknown node "c"`},
	} {
		test := good
		tt.change(&test)
		lab := topo.Topology{
			Name: "lab", Tests: []topo.Test{test},
			Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "b"}}}},
		}
		err := lab.Validate()
		var one *topo.Error
		if !errors.As(err, &one) || one.Pos.IsValid() || one.Msg != tt.want {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
}
