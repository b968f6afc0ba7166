package probe

import (
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// A zone holds the addresses of names, and answers queries for them.
type zone map[string][]netip.Addr // by name, in lower case and with a dot at its end

const (
	// maxDatagramDNS is the maximum size of a response over UDP in bytes (RFC 1035,
	// section 2.3.4); over TCP it is maxStreamDNS.
	maxDatagramDNS = 512
	maxStreamDNS   = 1<<16 - 1

	// zoneTTL is the TTL of records in seconds: short, to end with the test.
	zoneTTL = 1
)

// AnswerDNS answers DNS queries over a connection, framed as over TCP, until EOF.
// Names not in the map get NXDOMAIN.
func AnswerDNS(conn io.ReadWriter, names map[string][]netip.Addr) { newZone(names).serve(conn) }

func newZone(names map[string][]netip.Addr) zone {
	z := zone{}
	for name, addresses := range names {
		z[strings.ToLower(strings.TrimSuffix(name, "."))+"."] = addresses
	}
	return z
}

// answer returns the response to a query, nil if m is not a query. A response longer
// than limit bytes is truncated to its header and question (TC bit).
func (z zone) answer(m []byte, limit int) []byte {
	var p dnsmessage.Parser
	header, err := p.Start(m)
	if err != nil || header.Response {
		return nil
	}
	question, err := p.Question()
	if err != nil {
		return nil
	}
	r := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired,
			OpCode: header.OpCode,
		},
		Questions: []dnsmessage.Question{question},
	}
	addresses, known := z[strings.ToLower(question.Name.String())]
	switch {
	case header.OpCode != 0:
		r.RCode = dnsmessage.RCodeNotImplemented
	case !known:
		r.RCode = dnsmessage.RCodeNameError
	default:
		r.Answers = records(question, addresses)
	}
	b, err := r.Pack()
	if err == nil && len(b) > limit {
		r.Answers, r.Truncated = nil, true
		b, err = r.Pack()
	}
	if err != nil {
		return nil
	}
	return b
}

// records returns the records that answer a question.
func records(q dnsmessage.Question, addresses []netip.Addr) []dnsmessage.Resource {
	var all []dnsmessage.Resource
	for _, a := range addresses {
		r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: zoneTTL}}
		switch a = a.Unmap(); {
		case a.Is4():
			r.Header.Type, r.Body = dnsmessage.TypeA, &dnsmessage.AResource{A: a.As4()}
		default:
			r.Header.Type, r.Body = dnsmessage.TypeAAAA, &dnsmessage.AAAAResource{AAAA: a.As16()}
		}
		if slices.Contains([]dnsmessage.Type{r.Header.Type, dnsmessage.TypeALL}, q.Type) {
			all = append(all, r)
		}
	}
	return all
}

// serve answers the queries of a TCP connection until EOF.
func (z zone) serve(conn io.ReadWriter) {
	for {
		m, err := readDNS(conn)
		if err != nil {
			return
		}
		response := z.answer(m, maxStreamDNS)
		if response == nil {
			return
		}
		if _, err := conn.Write(appendDNS(nil, response)); err != nil {
			return
		}
	}
}

// readDNS reads a message from a TCP connection, preceded by its length (RFC 1035,
// section 4.2.2).
func readDNS(r io.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	m := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(r, m)
	return m, err
}

func appendDNS(b, m []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(m)))
	return append(b, m...)
}
