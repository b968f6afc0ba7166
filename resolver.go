package vethlab

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/vethlab/vethlab/internal/dns"
)

// Resolver returns a resolver that knows the nodes of the lab, and their
// interfaces as "node-interface", and nothing else; no DNS server is needed or
// asked. [Node.Dial] and [Node.HTTPClient] know these names by themselves: it is
// for other code that takes a resolver. As every [net.Resolver] it believes the
// machine's /etc/hosts first.
//
// To resolve by a DNS server inside the lab, make a resolver that dials it:
//
//	net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
//		return node.Dial(ctx, network, "ns1:53")
//	}}
func (n *Node) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		d, err := n.lab.directory()
		if err != nil {
			return nil, err
		}
		asking, answering := net.Pipe()
		go func() { // until the resolver closes its end
			defer answering.Close()
			for answerOne(answering, d.table(n.name)) == nil {
			}
		}()
		return asking, nil
	}}
}

// answerOne answers one query as it is sent over TCP: after two bytes with its
// length (RFC 1035, 4.2.2).
func answerOne(conn io.ReadWriter, t dns.Table) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	query := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, query); err != nil {
		return err
	}
	answer, err := t.Answer(query)
	if err != nil {
		return err
	}
	if len(answer) > 1<<16-1 {
		return errors.New("the answer is too long")
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	return err
}

// table returns the directory as a node sees it.
func (d *directory) table(node string) dns.Table {
	t := make(dns.Table, len(d.byName))
	for name := range d.byName {
		t[strings.ToLower(name)] = d.lookupFrom(node, name)
	}
	return t
}
