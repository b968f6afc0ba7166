package probe

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

var (
	b4 = netip.MustParseAddr("10.0.0.2")
	b6 = netip.MustParseAddr("fd00::2")
)

// lookupIn looks a name up in a zone.
func lookupIn(t *testing.T, z zone, name string, limit int) (*lookup, reply) {
	t.Helper()
	l, err := newLookup(name)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	messages := l.next(now)
	for i, m := range messages {
		if all := l.handle(z.answer(m, limit), now.Add(time.Duration(i+1))); all != (i == len(messages)-1) {
			t.Errorf("after %d of %d answers the lookup is complete: %v", i+1, len(messages), all)
		}
	}
	var r reply
	if !l.sum(&r) {
		t.Error("no answer")
	}
	return l, r
}

func TestLookup(t *testing.T) {
	z := newZone(map[string][]netip.Addr{
		"b.example": {b6, b4}, "v4.example.": {b4}, "None.Example": nil,
	})
	for _, c := range []struct {
		name, rcode string
		want        []netip.Addr
	}{
		{"b.example", "NOERROR", []netip.Addr{b4, b6}},
		{"B.Example.", "NOERROR", []netip.Addr{b4, b6}},
		{"v4.example", "NOERROR", []netip.Addr{b4}},
		{"none.example", "NOERROR", nil},
		{"other.example", "NXDOMAIN", nil},
	} {
		l, r := lookupIn(t, z, c.name, maxDatagramDNS)
		if r.rcode != c.rcode || !slices.Equal(r.addresses, c.want) || r.rtt != 1 || l.truncated() {
			t.Errorf("%s: %+v, want %s %s", c.name, r, c.rcode, c.want)
		}
	}
}

func TestLookupOfBadNames(t *testing.T) {
	for _, name := range []string{"a..b", strings.Repeat("x", 64) + ".example", strings.Repeat("x.", 200), ""} {
		if l, err := newLookup(name); err == nil && name != "" {
			t.Errorf("%q is looked up as %s", name, l.name)
		}
	}
}

func TestLookupIgnoresOtherMessages(t *testing.T) {
	z := newZone(map[string][]netip.Addr{"b.example": {b4}})
	mine, err := newLookup("b.example")
	if err != nil {
		t.Fatal(err)
	}
	other, _ := newLookup("c.example")
	other.firstID = mine.firstID // as an attacker would guess it
	now := time.Now()
	queries, others := mine.next(now), other.next(now)
	for _, m := range [][]byte{z.answer(others[0], maxDatagramDNS), queries[0], nil, {1, 2, 3}} {
		mine.handle(m, now)
	}
	if mine.answers[0] != nil || mine.answers[1] != nil {
		t.Error("a message for another query was taken for an answer")
	}
}

// Only the truncated record type is queried again.
func TestLookupTruncated(t *testing.T) {
	var many []netip.Addr
	for i := range 100 {
		many = append(many, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
	}
	z := newZone(map[string][]netip.Addr{"many.example": many})
	l, _ := lookupIn(t, z, "many.example", maxDatagramDNS)
	if !l.truncated() {
		t.Fatal("a response with 100 addresses is not truncated")
	}
	again := l.next(time.Now())
	if len(again) != 1 {
		t.Fatalf("%d queries again, want 1", len(again))
	}
	l.handle(z.answer(again[0], maxStreamDNS), time.Now())
	var r reply
	if l.sum(&r); l.truncated() || !slices.Equal(r.addresses, many) {
		t.Errorf("%v", r.addresses)
	}
}

func TestRCodes(t *testing.T) {
	for code, want := range map[int]string{0: "NOERROR", 2: "SERVFAIL", 5: "REFUSED", 99: "RCODE99"} {
		if got := rcodeName(dnsmessage.RCode(code)); got != want {
			t.Errorf("%d: %s, want %s", code, got, want)
		}
	}
}

func FuzzLookup(f *testing.F) {
	l, _ := newLookup("b.example")
	for _, m := range l.next(time.Now()) {
		f.Add(newZone(map[string][]netip.Addr{"b.example": {b4, b6}}).answer(m, maxDatagramDNS))
	}
	f.Fuzz(func(_ *testing.T, m []byte) {
		l, _ := newLookup("b.example")
		l.firstID = 0
		l.next(time.Now())
		l.handle(m, time.Now())
		l.sum(&reply{})
	})
}

func FuzzZone(f *testing.F) {
	l, _ := newLookup("b.example")
	for _, m := range l.next(time.Now()) {
		f.Add(m)
	}
	z := newZone(map[string][]netip.Addr{"b.example": {b4, b6}})
	f.Fuzz(func(t *testing.T, m []byte) {
		if r := z.answer(m, maxDatagramDNS); len(r) > maxDatagramDNS+255+16 {
			t.Errorf("%d bytes", len(r))
		}
	})
}
