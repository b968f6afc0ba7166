// Package dial resolves the names in addresses and dials several addresses of one host,
// as Happy Eyeballs (RFC 8305) does, though for any dialer and in a given order.
package dial

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Resolve replaces the host of an address, written as for [net.Dial], by each address that
// lookup returns for it. An address without a host, or of a network without hosts such as
// "unix", is returned unchanged.
func Resolve(network, address string, lookup func(host string) ([]netip.Addr, error)) ([]string, error) {
	host, port := address, ""
	switch kind, _, _ := strings.Cut(network, ":"); strings.TrimRight(kind, "46") {
	case "tcp", "udp":
		colon := strings.LastIndexByte(address, ':')
		if colon < 0 {
			return nil, &net.AddrError{Err: "missing port in address", Addr: address}
		}
		host, port = address[:colon], address[colon:]
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	case "ip":
	default:
		return []string{address}, nil
	}
	if host == "" {
		return []string{address}, nil
	}
	hosts, err := lookup(host)
	if err != nil {
		return nil, err
	}
	hosts = ofFamily(hosts, network)
	if len(hosts) == 0 {
		return nil, &net.AddrError{Err: "no suitable address for " + network, Addr: host}
	}
	list := make([]string, len(hosts))
	for i, a := range hosts {
		list[i] = a.String() + port
		if port != "" && a.Is6() {
			list[i] = "[" + a.String() + "]" + port
		}
	}
	return list, nil
}

// ofFamily returns the addresses of the family of a network such as "tcp4".
func ofFamily(all []netip.Addr, network string) []netip.Addr {
	kind, _, _ := strings.Cut(network, ":")
	return slices.DeleteFunc(all, func(a netip.Addr) bool {
		return strings.HasSuffix(kind, "4") && !a.Unmap().Is4() || strings.HasSuffix(kind, "6") && !a.Is6()
	})
}

// fallbackDelay is the time before the next address is tried in parallel, as with
// [net.Dialer].
const fallbackDelay = 300 * time.Millisecond

// First dials addresses in order, each after the previous one has failed or after
// [fallbackDelay], and returns the first connection.
func First(ctx context.Context, addresses []string, dial func(context.Context, string) (net.Conn, error)) (net.Conn, error) {
	if len(addresses) == 1 {
		return dial(ctx, addresses[0])
	}
	type result struct {
		conn net.Conn
		err  error
	}
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan result)
	waiting := 0
	defer func() { // close connections that come later
		cancel()
		for range waiting {
			if r := <-results; r.err == nil {
				r.conn.Close()
			}
		}
	}()
	var first error
	for next := time.NewTimer(0); ; {
		select {
		case <-next.C:
			if len(addresses) == 0 {
				continue
			}
			address := addresses[0]
			addresses = addresses[1:]
			waiting++
			go func() {
				conn, err := dial(ctx, address)
				results <- result{conn, err}
			}()
			next.Reset(fallbackDelay)
		case r := <-results:
			waiting--
			if r.err == nil {
				return r.conn, nil
			}
			if first == nil {
				first = r.err
			}
			if len(addresses) == 0 && waiting == 0 {
				return nil, first
			}
			next.Reset(0)
		}
	}
}
