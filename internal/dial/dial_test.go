package dial

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestResolve(t *testing.T) {
	unknown := errors.New("unknown")
	lookup := func(host string) ([]netip.Addr, error) {
		if host != "b" {
			return nil, unknown
		}
		return []netip.Addr{netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2")}, nil
	}
	for _, test := range []struct {
		network, address string
		want             []string // nil: an error
	}{
		{"tcp", "b:80", []string{"10.0.0.2:80", "[fd00::2]:80"}},
		{"tcp4", "b:80", []string{"10.0.0.2:80"}},
		{"udp6", "[b]:53", []string{"[fd00::2]:53"}},
		{"ip6:icmp", "b", []string{"fd00::2"}},
		{"ip:1", "b", []string{"10.0.0.2", "fd00::2"}},
		{"tcp", ":80", []string{":80"}},
		{"unix", "/run/b", []string{"/run/b"}},
		{"tcp", "b", nil},
		{"tcp", "c:80", nil},
	} {
		got, err := Resolve(test.network, test.address, lookup)
		if !slices.Equal(got, test.want) || (err != nil) != (test.want == nil) {
			t.Errorf("%s %s: %q, %v, want %q", test.network, test.address, got, err, test.want)
		}
	}
	only4 := func(string) ([]netip.Addr, error) { return []netip.Addr{netip.MustParseAddr("10.0.0.2")}, nil }
	if got, err := Resolve("tcp6", "b:80", only4); err == nil {
		t.Errorf("a host without IPv6 is resolved for tcp6: %q", got)
	}
}

// First tries the next address when one has failed, or has not answered for the delay, and
// closes the connections that it does not return.
func TestFirst(t *testing.T) {
	type answer struct {
		after time.Duration
		ok    bool
	}
	for name, test := range map[string]struct {
		answers []answer
		want    int // the address whose connection is returned, -1: none
		took    time.Duration
	}{
		"the first":         {[]answer{{0, true}, {0, true}}, 0, 0},
		"the first fails":   {[]answer{{time.Millisecond, false}, {0, true}}, 1, time.Millisecond},
		"the first is slow": {[]answer{{time.Second, true}, {0, true}}, 1, fallbackDelay},
		"less slow":         {[]answer{{fallbackDelay + 1, true}, {time.Second, true}}, 0, fallbackDelay + 1},
		"all fail":          {[]answer{{time.Millisecond, false}, {time.Millisecond, false}}, -1, 2 * time.Millisecond},
		"only one":          {[]answer{{time.Second, false}}, -1, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conns := make([]*closed, len(test.answers))
				var addresses []string
				for i := range test.answers {
					addresses = append(addresses, string(rune('0'+i)))
				}
				failed := errors.New("failed")
				start := time.Now()
				got, err := First(t.Context(), addresses, func(ctx context.Context, address string) (net.Conn, error) {
					i := int(address[0] - '0')
					select {
					case <-ctx.Done():
						return nil, ctx.Err()
					case <-time.After(test.answers[i].after):
					}
					if !test.answers[i].ok {
						return nil, failed
					}
					conns[i] = &closed{}
					return conns[i], nil
				})
				if (err != nil) != (test.want < 0) || err == nil && got != net.Conn(conns[test.want]) {
					t.Errorf("%v, %v, want the connection of address %d", got, err, test.want)
				}
				for i, c := range conns {
					if c != nil && c.closed == (i == test.want) {
						t.Errorf("address %d: closed %v", i, c.closed)
					}
				}
				if took := time.Since(start); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}

// A closed connection knows that it was closed.
type closed struct {
	net.Conn
	closed bool
}

func (c *closed) Close() error {
	c.closed = true
	return nil
}
