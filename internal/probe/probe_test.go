package probe

import (
	"net/netip"
	"testing"
	"time"
)

func TestEchoComesBack(t *testing.T) {
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

func TestReasons(t *testing.T) {
	by4, by6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")
	for _, c := range []struct {
		err  error
		want string
	}{
		{&Timeout{time.Second}, "no answer in 1s"},
		{&ICMPError{By: by4, Type: typeUnreachable4, Code: 1}, "10.0.0.1 says: host unreachable"},
		{&ICMPError{By: by4, Type: typeUnreachable4, Code: 99}, "10.0.0.1 says: unreachable (code 99)"},
		{&ICMPError{By: by6, Type: typeUnreachable6, Code: 0}, "fd00::1 says: no route"},
		{&ICMPError{By: by6, Type: typeUnreachable6, Code: 99}, "fd00::1 says: unreachable (code 99)"},
		{&ICMPError{By: by6, Type: 77, Code: 1}, "fd00::1 says: ICMPv6 error 77, code 1"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
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
