package dns_test

import (
	"fmt"
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/vethlab/vethlab/internal/dns"
)

var table = dns.Table{
	"a":   {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1"), netip.MustParseAddr("10.0.0.2")},
	"b.c": {netip.MustParseAddr("10.0.0.3")},
}

func query(name string, typ dnsmessage.Type, class dnsmessage.Class) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: typ, Class: class}},
	}
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

func TestAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		typ   dnsmessage.Type
		class dnsmessage.Class
		want  string
	}{
		{"a.", dnsmessage.TypeA, dnsmessage.ClassINET, "RCodeSuccess 10.0.0.1 10.0.0.2"},
		{"a.", dnsmessage.TypeAAAA, dnsmessage.ClassINET, "RCodeSuccess fd00::1"},
		{"B.c.", dnsmessage.TypeA, dnsmessage.ClassINET, "RCodeSuccess 10.0.0.3"},
		{"b.c.", dnsmessage.TypeAAAA, dnsmessage.ClassINET, "RCodeSuccess"},
		{"a.", dnsmessage.TypeMX, dnsmessage.ClassINET, "RCodeSuccess"},
		{"a.", dnsmessage.TypeA, dnsmessage.ClassCHAOS, "RCodeSuccess"},
		{"a.example.com.", dnsmessage.TypeA, dnsmessage.ClassINET, "RCodeNameError"},
		{".", dnsmessage.TypeA, dnsmessage.ClassINET, "RCodeNameError"},
	} {
		answer, err := table.Answer(query(tt.name, tt.typ, tt.class))
		if err != nil {
			t.Errorf("%s %v: %v", tt.name, tt.typ, err)
			continue
		}
		if got := read(t, answer); got != tt.want {
			t.Errorf("%s %v: got %s, want %s", tt.name, tt.typ, got, tt.want)
		}
	}
}

// read returns what an answer says.
func read(t *testing.T, answer []byte) string {
	t.Helper()
	var m dnsmessage.Message
	if err := m.Unpack(answer); err != nil {
		t.Fatal(err)
	}
	if !m.Response || m.ID != 7 || !m.RecursionDesired || len(m.Questions) != 1 {
		t.Errorf("not a response to the query: %+v", m)
	}
	text := m.RCode.String()
	for _, r := range m.Answers {
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			text += fmt.Sprint(" ", netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			text += fmt.Sprint(" ", netip.AddrFrom16(body.AAAA))
		}
	}
	return text
}

func FuzzAnswer(f *testing.F) {
	f.Add(query("a.", dnsmessage.TypeA, dnsmessage.ClassINET))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, q []byte) {
		answer, err := table.Answer(q)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(answer); err != nil {
			t.Errorf("the answer can't be read: %v", err)
		}
	})
}
