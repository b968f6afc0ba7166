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
// The error is a [*WrongAnswer].
func (l *lookup) handle(m []byte, now time.Time) (all bool, err error) {
	kind, a, err := l.parse(m, now)
	if before := l.answers[kind]; err == nil && (before == nil || before.truncated) {
		l.answers[kind] = a
	}
	return !slices.Contains(l.answers[:], nil), err
}

// parse parses a response to one of the queries, of which it returns the kind.
func (l *lookup) parse(m []byte, now time.Time) (kind int, a *dnsAnswer, err error) {
	var p dnsmessage.Parser
	header, err := p.Start(m)
	if err != nil {
		return 0, nil, &WrongAnswer{fmt.Sprintf("not a DNS message (%v)", err)}
	}
	i := int(header.ID - l.firstID)
	if !header.Response || i >= len(l.queries) {
		return 0, nil, &WrongAnswer{fmt.Sprintf("DNS message with ID %d, which is not a response to a query", header.ID)}
	}
	q := l.queries[i]
	questions, err := p.AllQuestions()
	if err != nil {
		return 0, nil, &WrongAnswer{fmt.Sprintf("DNS response without a readable question (%v)", err)}
	}
	if err := l.checkQuestions(header, questions, q.kind); err != nil {
		return 0, nil, err
	}
	a = &dnsAnswer{rcode: header.RCode, rtt: now.Sub(q.sent), truncated: header.Truncated}
	if header.RCode == dnsmessage.RCodeSuccess {
		a.addresses, err = l.addressesIn(&p, addressTypes[q.kind], header.Truncated)
	}
	return q.kind, a, err
}

// checkQuestions checks that a response repeats the question. Error responses of some
// servers have none.
func (l *lookup) checkQuestions(header dnsmessage.Header, questions []dnsmessage.Question, kind int) error {
	if len(questions) == 0 && header.RCode != dnsmessage.RCodeSuccess {
		return nil
	}
	want := dnsmessage.Question{Name: l.name, Type: addressTypes[kind], Class: dnsmessage.ClassINET}
	if len(questions) == 1 {
		got := questions[0]
		if got.Type == want.Type && got.Class == want.Class && sameName(got.Name, want.Name) {
			return nil
		}
		return &WrongAnswer{fmt.Sprintf("DNS response for %s %s", got.Name, typeName(got.Type))}
	}
	return &WrongAnswer{fmt.Sprintf("DNS response with %d questions", len(questions))}
}

// addressesIn returns the addresses of the name, or of its alias (CNAME), in the
// answer section, which the parser is at. Address records of another name only are a
// [*WrongAnswer]; a truncated section may end anywhere.
func (l *lookup) addressesIn(p *dnsmessage.Parser, typ dnsmessage.Type, truncated bool) ([]netip.Addr, error) {
	records, err := p.AllAnswers()
	if err != nil && !truncated {
		return nil, &WrongAnswer{fmt.Sprintf("DNS response with an unreadable answer section (%v)", err)}
	}
	owner := canonical(l.name, records)
	var addresses []netip.Addr
	var wrong error
	for _, r := range records {
		a := addressOf(r)
		switch {
		case !a.IsValid():
		case r.Header.Type == typ && sameName(r.Header.Name, owner):
			addresses = append(addresses, a)
		default:
			wrong = &WrongAnswer{fmt.Sprintf("DNS record of %s %s", r.Header.Name, typeName(r.Header.Type))}
		}
	}
	if len(addresses) > 0 {
		return addresses, nil
	}
	return nil, wrong
}

// canonical follows the aliases of a name in records, each of which it uses at most
// once (RFC 1034, section 3.6.2).
func canonical(name dnsmessage.Name, records []dnsmessage.Resource) dnsmessage.Name {
	for range records {
		i := slices.IndexFunc(records, func(r dnsmessage.Resource) bool {
			return r.Header.Type == dnsmessage.TypeCNAME && sameName(r.Header.Name, name)
		})
		if i < 0 {
			break
		}
		alias, ok := records[i].Body.(*dnsmessage.CNAMEResource)
		if !ok {
			break
		}
		name = alias.CNAME
	}
	return name
}

// addressOf returns the address of an A or AAAA record, else the zero address.
func addressOf(r dnsmessage.Resource) netip.Addr {
	if r.Header.Class != dnsmessage.ClassINET {
		return netip.Addr{}
	}
	switch body := r.Body.(type) {
	case *dnsmessage.AResource:
		return netip.AddrFrom4(body.A)
	case *dnsmessage.AAAAResource:
		return netip.AddrFrom16(body.AAAA)
	}
	return netip.Addr{}
}

func sameName(a, b dnsmessage.Name) bool { return strings.EqualFold(a.String(), b.String()) }

// typeName returns "A", "AAAA" and so on.
func typeName(t dnsmessage.Type) string { return strings.TrimPrefix(t.String(), "Type") }

// truncated reports whether a query must be repeated over TCP.
func (l *lookup) truncated() bool {
	return slices.ContainsFunc(l.answers[:], func(a *dnsAnswer) bool { return a != nil && a.truncated })
}

// sum writes the complete answers to r, and reports whether there are any.
func (l *lookup) sum(r *reply) bool {
	answered := false
	for _, a := range l.answers {
		if a == nil || a.truncated {
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
