package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	by4, by6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")
	for _, c := range []struct {
		err     error
		want    string
		verdict Verdict
	}{
		{&Timeout{time.Second}, "no answer in 1s", Unreachable},
		{&WrongAnswer{"echo reply from 10.0.0.1"}, "wrong answer: echo reply from 10.0.0.1", Unreachable},
		{&Reset{By: by4, Port: 80}, "10.0.0.1 refuses connections to port 80", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 0}, "10.0.0.1 says: network unreachable", Unreachable},
		{&ICMPError{By: by4, Type: 3, Code: 1}, "10.0.0.1 says: host unreachable", Unreachable},
		{&ICMPError{By: by4, Type: 3, Code: 2}, "10.0.0.1 says: protocol unreachable", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 3}, "10.0.0.1 says: port unreachable", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 4, MTU: 1400}, "10.0.0.1 says: packet too big for the next hop's MTU of 1400 bytes", Unreachable},
		{&ICMPError{By: by4, Type: 3, Code: 4}, "10.0.0.1 says: packet too big", Unreachable},
		{&ICMPError{By: by4, Type: 3, Code: 9}, "10.0.0.1 says: network prohibited", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 10}, "10.0.0.1 says: host prohibited", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 13}, "10.0.0.1 says: prohibited by a filter", Refused},
		{&ICMPError{By: by4, Type: 3, Code: 99}, "10.0.0.1 says: unreachable (code 99)", Unreachable},
		{&ICMPError{By: by4, Type: 11}, "10.0.0.1 says: time to live exceeded: a routing loop, or a path of more than 64 routers", Unreachable},
		{&ICMPError{By: by4, Type: 12}, "10.0.0.1 says: ICMP error 12, code 0", Unreachable},
		{&ICMPError{By: by6, Type: 1, Code: 0}, "fd00::1 says: no route", Unreachable},
		{&ICMPError{By: by6, Type: 1, Code: 1}, "fd00::1 says: prohibited by a filter", Refused},
		{&ICMPError{By: by6, Type: 1, Code: 3}, "fd00::1 says: host unreachable", Unreachable},
		{&ICMPError{By: by6, Type: 1, Code: 4}, "fd00::1 says: port unreachable", Refused},
		{&ICMPError{By: by6, Type: 1, Code: 5}, "fd00::1 says: source address failed ingress/egress policy", Refused},
		{&ICMPError{By: by6, Type: 1, Code: 6}, "fd00::1 says: reject route", Refused},
		{&ICMPError{By: by6, Type: 1, Code: 99}, "fd00::1 says: unreachable (code 99)", Unreachable},
		{&ICMPError{By: by6, Type: 2, MTU: 1280}, "fd00::1 says: packet too big for the next hop's MTU of 1280 bytes", Unreachable},
		{&ICMPError{By: by6, Type: 3}, "fd00::1 says: hop limit exceeded: a routing loop, or a path of more than 64 routers", Unreachable},
		{&ICMPError{By: by6, Type: 77, Code: 1}, "fd00::1 says: ICMPv6 error 77, code 1", Unreachable},
		{&OpenError{"ns1", fs.ErrNotExist}, "file does not exist", Unreachable},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if got := verdictOf(fmt.Errorf("wrapped: %w", c.err)); got != c.verdict {
			t.Errorf("%s: %s, want %s", c.want, got, c.verdict)
		}
	}
	if verdictOf(nil) != Reachable {
		t.Error("the verdict without an error is not reachable")
	}
	if err := error(&OpenError{"ns1", fs.ErrNotExist}); !errors.Is(err, fs.ErrNotExist) {
		t.Error("an OpenError does not unwrap to its reason")
	}
}

// queued returns a struct sock_extended_err and the address that follows it.
func queued(origin, typ, code byte, info uint32, family uint16, address ...byte) []byte {
	b := make([]byte, 16)
	b[4], b[5], b[6] = origin, typ, code
	binary.NativeEndian.PutUint32(b[8:], info)
	b = binary.NativeEndian.AppendUint16(b, family)
	return append(b, address...)
}

func TestParseQueued(t *testing.T) {
	by4, by6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")
	inet := append(make([]byte, 2), append(by4.AsSlice(), make([]byte, 8)...)...)
	inet6 := append(make([]byte, 6), append(by6.AsSlice(), make([]byte, 4)...)...)
	for _, c := range []struct {
		name string
		b    []byte
		want *ICMPError
	}{
		{"IPv4", queued(2, 3, 1, 0, 2, inet...), &ICMPError{By: by4, Type: 3, Code: 1}},
		{"IPv4, too big", queued(2, 3, 4, 1400, 2, inet...), &ICMPError{By: by4, Type: 3, Code: 4, MTU: 1400}},
		{"IPv6", queued(3, 1, 3, 7, 10, inet6...), &ICMPError{By: by6, Type: 1, Code: 3}},
		{"IPv6, too big", queued(3, 2, 0, 1280, 10, inet6...), &ICMPError{By: by6, Type: 2, MTU: 1280}},
		{"local error", queued(1, 0, 0, 0, 0), nil},
		{"families differ", queued(2, 3, 1, 0, 10, inet6...), nil},
		{"no address", queued(2, 3, 1, 0, 0), nil},
		{"cut", queued(2, 3, 1, 0, 2, inet...)[:20], nil},
		{"empty", nil, nil},
	} {
		got, ok := parseQueued(c.b)
		if ok != (c.want != nil) || ok && *got != *c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, ok, c.want)
		}
	}
}

func FuzzParseQueued(f *testing.F) {
	f.Add(queued(2, 3, 1, 0, 2, make([]byte, 14)...))
	f.Add(queued(3, 1, 0, 0, 10, make([]byte, 26)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, ok := parseQueued(b); ok && !e.By.IsValid() {
			t.Errorf("%+v", e)
		}
	})
}
