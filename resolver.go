package vethlab

import (
	"context"
	"net"

	"github.com/vethlab/vethlab/internal/probe"
)

// Resolver returns a resolver for the names of the lab's nodes, and of their interfaces
// as "node-interface", without a DNS server. It is for code that takes a resolver;
// [Node.Dial] and [Node.HTTPClient] resolve these names anyway. As every [net.Resolver]
// it reads the machine's /etc/hosts first.
//
// To resolve by a DNS server inside the lab, make a resolver that dials it:
//
//	net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
//		return node.Dial(ctx, network, "ns1:53")
//	}}
func (n *Node) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		d, err := n.lab.hosts()
		if err != nil {
			return nil, err
		}
		client, server := net.Pipe()
		go func() { // until the resolver closes client
			defer server.Close()
			probe.AnswerDNS(server, d.Names(n.name))
		}()
		return client, nil
	}}
}
