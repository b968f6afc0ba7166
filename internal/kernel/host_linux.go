package kernel

import (
	"errors"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// HostMainRoutes returns the routes in the main table of the host namespace that somebody or the
// kernel added. Those to several gateways have no link.
func HostMainRoutes() ([]HostRoute, error) {
	ns := &seenNamespace{name: state.Host}
	indexes, list := []int{}, []HostRoute{}
	err := netns.Do(state.Host, func() error {
		return inside(func(c *conn) error {
			linksErr := c.links(ns, func(*seenLink) bool { return true })
			return errors.Join(linksErr, c.dump(unix.RTM_GETROUTE,
				func(b *batch) { b.zeros(unix.SizeofRtMsg) },
				func() { indexes, list = nil, nil },
				func(body []byte) {
					if d, ok := decodeRoute(body); ok && d.Table == unix.RT_TABLE_MAIN && d.TOS == 0 && !d.From.IsValid() {
						r := HostRoute{state.Route{To: d.To, Via: d.Via, Metric: stateMetric(d)}, d.Protocol, d.Type}
						indexes, list = append(indexes, d.Index), append(list, r)
					}
				}))
		})
	})
	for i := range list {
		if at := slices.IndexFunc(ns.links, func(l *seenLink) bool { return l.Index == indexes[i] }); at >= 0 {
			list[i].Dev = ns.links[at].Name
		}
	}
	return list, err
}

// HostNetworks returns the subnets of the links and routes of the host namespace, each
// with the name of the link, without links of labs, lo, and default routes.
func HostNetworks() (map[netip.Prefix]string, error) {
	ns := &seenNamespace{name: state.Host}
	var addresses []seenAddress
	var routes routeDump
	err := netns.Do(state.Host, func() error {
		return inside(func(c *conn) error {
			linksErr := c.links(ns, func(*seenLink) bool { return true })
			var addressesErr, routesErr error
			addresses, addressesErr = c.addresses()
			routes, routesErr = c.routes()
			return errors.Join(linksErr, addressesErr, routesErr)
		})
	})
	names := map[int]string{}
	for _, l := range ns.links {
		if _, ours := state.ParseMark(l.Alias); !ours && !l.loopback() {
			names[l.Index] = l.Name
		}
	}
	networks := map[netip.Prefix]string{}
	for _, a := range addresses {
		if name := names[a.index]; name != "" && !a.prefix.Addr().IsLinkLocalUnicast() {
			networks[a.prefix.Masked()] = name
		}
	}
	for _, r := range routes.added {
		if name := names[r.index]; name != "" && r.To.Bits() > 0 {
			networks[r.To] = name
		}
	}
	return networks, err
}
