package probe

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// addressTypes are the record types that hold addresses, in display order.
var addressTypes = [...]dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA}

// A lookup queries the A and AAAA records of a name.
type lookup struct {
	name    dnsmessage.Name
	firstID uint16  // ID of the first query; each next one is higher by 1
	queries []query // sent so far
	answers [len(addressTypes)]*dnsAnswer
}

type query struct {
	kind int // index in addressTypes
	sent time.Time
}

// A dnsAnswer is the content of a response.
type dnsAnswer struct {
	rcode     dnsmessage.RCode
	addresses []netip.Addr
	rtt       time.Duration
	truncated bool // TC bit: the response did not fit into the datagram
}

func newLookup(name string) (*lookup, error) {
	if !strings.HasSuffix(name, ".") {
		name += "."
	}
	n, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, fmt.Errorf("look up %q: %w", name, err)
	}
	l := &lookup{name: n, firstID: uint16(rand.Uint32())}
	_, err = l.pack(0, 0)
	return l, err
}

// next returns queries for the record types not answered yet.
func (l *lookup) next(now time.Time) [][]byte {
	var messages [][]byte
	for kind, answer := range l.answers {
		if answer != nil && !answer.truncated {
			continue
		}
		id := l.firstID + uint16(len(l.queries))
		if m, err := l.pack(kind, id); err == nil { // newLookup has checked the name
			l.queries = append(l.queries, query{kind, now})
			messages = append(messages, m)
		}
	}
	return messages
}

func (l *lookup) pack(kind int, id uint16) ([]byte, error) {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: l.name, Type: addressTypes[kind], Class: dnsmessage.ClassINET}},
	}
	b, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("look up %q: %w", l.name, err)
	}
	return b, nil
}

// handle processes a received message, and reports whether both types are answered.
func (l *lookup) handle(m []byte, now time.Time) bool {
	var p dnsmessage.Parser
	header, err := p.Start(m)
	if err != nil || !header.Response {
		return false
	}
	i := int(header.ID - l.firstID)
	if i >= len(l.queries) {
		return false
	}
	q := l.queries[i]
	if asked, err := p.AllQuestions(); err != nil || !l.asked(asked, q.kind) {
		return false
	}
	if before := l.answers[q.kind]; before == nil || before.truncated {
		l.answers[q.kind] = &dnsAnswer{
			rcode: header.RCode, addresses: addressesIn(&p), rtt: now.Sub(q.sent), truncated: header.Truncated,
		}
	}
	return !slices.Contains(l.answers[:], nil)
}

// asked reports whether a response repeats the question, or has none, as error
// responses of some servers.
func (l *lookup) asked(questions []dnsmessage.Question, kind int) bool {
	if len(questions) == 0 {
		return true
	}
	q := questions[0]
	return q.Type == addressTypes[kind] && strings.EqualFold(q.Name.String(), l.name.String())
}

// addressesIn returns the addresses in the answer section, which the parser is at.
func addressesIn(p *dnsmessage.Parser) []netip.Addr {
	var addresses []netip.Addr
	resources, _ := p.AllAnswers()
	for _, r := range resources {
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			addresses = append(addresses, netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			addresses = append(addresses, netip.AddrFrom16(body.AAAA))
		}
	}
	return addresses
}

// truncated reports whether a query must be repeated over TCP.
func (l *lookup) truncated() bool {
	return slices.ContainsFunc(l.answers[:], func(a *dnsAnswer) bool { return a != nil && a.truncated })
}

// sum writes the answers to r, and reports whether there are any.
func (l *lookup) sum(r *reply) bool {
	answered := false
	for _, a := range l.answers {
		if a == nil {
			continue
		}
		if !answered {
			r.rtt, r.rcode = a.rtt, rcodeName(a.rcode)
		}
		answered = true
		r.addresses = append(r.addresses, a.addresses...)
	}
	return answered
}

// rcodeName returns the name of a response's code (RFC 1035, section 4.1.1;
// RFC 2136).
func rcodeName(c dnsmessage.RCode) string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("RCODE%d", c)
}
