package probe

import (
	"errors"
	"fmt"
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
		if all, err := l.handle(z.answer(m, limit), now.Add(time.Duration(i+1))); err != nil || all != (i == len(messages)-1) {
			t.Errorf("after %d of %d answers: complete %v, %v", i+1, len(messages), all, err)
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
		if _, err := mine.handle(m, now); !isWrongAnswer(err) {
			t.Errorf("%x: %v, want a WrongAnswer", m, err)
		}
	}
	if mine.answers[0] != nil || mine.answers[1] != nil {
		t.Error("a message for another query was taken for an answer")
	}
}

func isWrongAnswer(err error) bool {
	wrong := (*WrongAnswer)(nil)
	return errors.As(err, &wrong)
}

// respond returns the response to a query with these records.
func respond(t *testing.T, query []byte, records ...dnsmessage.Resource) []byte {
	t.Helper()
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		t.Fatal(err)
	}
	m.Response, m.Answers = true, records
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func record(name string, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET}, Body: body}
}

// Addresses count if they are of the name queried or of its alias, and of the type
// queried.
func TestLookupOwner(t *testing.T) {
	a, aaaa := &dnsmessage.AResource{A: b4.As4()}, &dnsmessage.AAAAResource{AAAA: b6.As16()}
	alias := func(name string) *dnsmessage.CNAMEResource {
		return &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(name)}
	}
	for _, c := range []struct {
		name    string
		records []dnsmessage.Resource
		want    string // the addresses; "wrong": a WrongAnswer
	}{
		{"own", []dnsmessage.Resource{record("B.example.", a)}, "[10.0.0.2]"},
		{"none", nil, "[]"},
		{"alias", []dnsmessage.Resource{record("y.", a), record("x.", alias("y.")), record("b.example.", alias("x."))}, "[10.0.0.2]"},
		{"alias without address", []dnsmessage.Resource{record("b.example.", alias("x."))}, "[]"},
		{"alias loop", []dnsmessage.Resource{record("b.example.", alias("x.")), record("x.", alias("b.example."))}, "[]"},
		{"other name", []dnsmessage.Resource{record("c.example.", a)}, "wrong"},
		{"other name beside", []dnsmessage.Resource{record("c.example.", a), record("b.example.", a)}, "[10.0.0.2]"},
		{"alias of another name", []dnsmessage.Resource{record("c.example.", alias("b.example.")), record("c.example.", a)}, "wrong"},
		{"other type", []dnsmessage.Resource{record("b.example.", aaaa)}, "wrong"},
	} {
		l, err := newLookup("b.example")
		if err != nil {
			t.Fatal(err)
		}
		_, err = l.handle(respond(t, l.next(time.Now())[0], c.records...), time.Now())
		got := "wrong"
		if err == nil {
			got = fmt.Sprint(l.answers[0].addresses)
		}
		if got != c.want || err != nil && !isWrongAnswer(err) {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
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
	if all, err := l.handle(z.answer(again[0], maxStreamDNS), time.Now()); !all || err != nil {
		t.Errorf("complete %v, %v", all, err)
	}
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
		_, _ = l.handle(m, time.Now())
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
