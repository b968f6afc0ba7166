// Package dns answers questions of the Domain Name System out of a table, as
// bytes in and bytes out (RFC 1035). Pure.
package dns

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// ttl is for how many seconds answers may be kept: not at all, for labs change
// while they run.
const ttl = 0

// A Table is the names that there are, in lower case and without a final dot, and
// their addresses.
type Table map[string][]netip.Addr

// Answer returns the response to a query. A name that is not in the table does not
// exist (NXDOMAIN); one that is has records of types A and AAAA. The error is of a
// query that can't be read.
func (t Table) Answer(query []byte) ([]byte, error) {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil {
		return nil, fmt.Errorf("read the query: %w", err)
	}
	q, err := p.Question()
	if err != nil {
		return nil, fmt.Errorf("read the question: %w", err)
	}
	records, exists := t.records(q)
	header.Response, header.Authoritative, header.RecursionAvailable = true, true, true
	header.RCode = dnsmessage.RCodeSuccess
	if !exists {
		header.RCode = dnsmessage.RCodeNameError
	}
	m := dnsmessage.Message{Header: header, Questions: []dnsmessage.Question{q}}
	for _, r := range records {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: ttl},
			Body:   r,
		})
	}
	return m.Pack()
}

// records returns the records that answer a question, and whether its name exists.
func (t Table) records(q dnsmessage.Question) (records []dnsmessage.ResourceBody, exists bool) {
	addrs, exists := t[strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))]
	if q.Class != dnsmessage.ClassINET {
		return nil, exists
	}
	for _, a := range addrs {
		switch {
		case q.Type == dnsmessage.TypeA && a.Is4():
			records = append(records, &dnsmessage.AResource{A: a.As4()})
		case q.Type == dnsmessage.TypeAAAA && a.Is6():
			records = append(records, &dnsmessage.AAAAResource{AAAA: a.As16()})
		}
	}
	return records, exists
}
