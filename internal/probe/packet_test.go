package probe

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestEchoRoundTrip(t *testing.T) {
	want := request{cookie: 0x0102030405060708, question: 7, seq: 2, sent: time.Hour}
	for _, ipv6 := range []bool{false, true} {
		m := appendEcho(nil, want, ipv6, 0)
		if len(m) != packetSize {
			t.Errorf("%d bytes, want %d", len(m), packetSize)
		}
		if got, ok := parseRequest(m, m[0]); !ok || got != want {
			t.Errorf("ipv6 %v: %+v, %v", ipv6, got, ok)
		}
	}
	if m := appendEcho(nil, want, false, 0); checksum(m) != 0 {
		t.Errorf("the checksum over a message with its checksum is %#x", checksum(m))
	}
}

func TestParse4(t *testing.T) {
	want := request{cookie: 9, question: 8, seq: 1, sent: 5}
	echo := appendEcho(nil, want, false, 0)
	source := netip.MustParseAddr("10.0.0.8")
	header := func(to netip.Addr) []byte {
		h := make([]byte, 20)
		h[0], h[8] = 0x45, 63
		copy(h[12:], source.AsSlice())
		copy(h[16:], to.AsSlice())
		return h
	}
	to := netip.MustParseAddr("10.0.0.9")
	reply := append(header(to), echo...)
	reply[20] = typeReply4
	if a, ok := parse4(reply); !ok || a.request != want || a.refused || a.ttl != 63 {
		t.Errorf("reply: %+v, %v", a, ok)
	}
	refusal := append(header(to), typeUnreachable4, 1, 0, 0, 0, 0, 0, 0)
	refusal = append(append(refusal, header(to)...), echo...)
	if a, ok := parse4(refusal); !ok || a.request != want || !a.refused || a.source != source || a.to != to || a.code != 1 {
		t.Errorf("refusal: %+v, %v", a, ok)
	}
	if _, ok := parse4(append(header(to), echo...)); ok {
		t.Error("a request was taken for an answer")
	}
}

func TestParse6(t *testing.T) {
	want := request{cookie: 9, question: 8, seq: 1, sent: 5}
	echo := appendEcho(nil, want, true, 0)
	reply := append([]byte{typeReply6}, echo[1:]...)
	if a, ok := parse6(reply); !ok || a.request != want || a.refused {
		t.Errorf("reply: %+v, %v", a, ok)
	}
	source, to := netip.MustParseAddr("fd00::8"), netip.MustParseAddr("fd00::9")
	header := append(append(make([]byte, 8), source.AsSlice()...), to.AsSlice()...)
	refusal := append(append([]byte{typeUnreachable6, 3, 0, 0, 0, 0, 0, 0}, header...), echo...)
	if a, ok := parse6(refusal); !ok || a.request != want || !a.refused || a.source != source || a.to != to || a.code != 3 {
		t.Errorf("refusal: %+v, %v", a, ok)
	}
	if _, ok := parse6(echo); ok {
		t.Error("a request was taken for an answer")
	}
}

func TestCheckSource(t *testing.T) {
	to, other := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	for _, c := range []struct {
		answer answer
		want   string
	}{
		{answer{from: to}, "<nil>"},
		{answer{from: other}, "wrong answer: echo reply from 10.0.0.2"},
		{answer{from: other, refused: true, to: to}, "<nil>"},
		{answer{from: to, refused: true, to: other}, "wrong answer: ICMP error for a packet to 10.0.0.2"},
	} {
		if got := fmt.Sprint(c.answer.checkSource(to)); got != c.want {
			t.Errorf("%+v: %s, want %s", c.answer, got, c.want)
		}
	}
}

func TestParseTooBig(t *testing.T) {
	want := request{cookie: 9, question: 8}
	header4 := append([]byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0}, 10, 0, 0, 1, 10, 0, 0, 2)
	m := append(append([]byte{}, header4...), 3, 4, 0, 0, 0, 0, 0x05, 0x78)
	m = append(append(m, header4...), appendEcho(nil, want, false, 0)...)
	if a, ok := parse4(m); !ok || !a.packetTooBig() || a.exceeded() || a.noNeighbour() || a.mtu != 1400 || a.from != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("IPv4: %+v, %v", a, ok)
	}
	m = []byte{2, 0, 0, 0, 0, 0, 0x05, 0x78}
	m = append(append(m, make([]byte, 40)...), appendEcho(nil, want, true, 0)...)
	a, ok := parse6(m)
	if a.from = netip.MustParseAddr("fd00::1"); !ok || !a.packetTooBig() || a.exceeded() || a.noNeighbour() || a.mtu != 1400 {
		t.Errorf("IPv6: %+v, %v", a, ok)
	}
}

func TestEchoSize(t *testing.T) {
	for _, c := range []struct {
		ipv6       bool
		size, want int
	}{
		{false, 0, packetSize}, {false, 52, packetSize}, {false, 53, 33}, {false, 1500, 1480}, {true, 1500, 1460}, {true, 73, 33},
	} {
		if m := appendEcho(nil, request{}, c.ipv6, c.size); len(m) != c.want {
			t.Errorf("%+v: %d bytes", c, len(m))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(append(make([]byte, 20), appendEcho(nil, request{1, 2, 3, 4}, false, 0)...))
	f.Add(appendEcho(nil, request{1, 2, 3, 4}, true, 0))
	f.Fuzz(func(_ *testing.T, b []byte) {
		parse4(b)
		parse6(b)
	})
}
