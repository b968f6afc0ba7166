package kernel

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// DefaultRoutes returns the default routes in the main table of a namespace that was
// added, given an open descriptor of it. Unlike links, routes can be read only inside.
func (o *Observer) DefaultRoutes(id int32, fd int) (routes []dump.Route, err error) {
	read := o.reader(id)
	err = netns.DoFd(fd, func() error {
		return inside(func(c *conn) (err error) {
			c.foreign = read
			routes, err = c.defaultRoutes()
			return err
		})
	})
	o.limit.addCuts(id, read.cutList())
	return routes, err
}

// DefaultHostRoutes returns the default routes in the main table of the host namespace,
// which anybody may read.
func DefaultHostRoutes() (routes []dump.Route, err error) {
	err = netns.OnNewThread(func() error {
		return inside(func(c *conn) (err error) {
			routes, err = c.defaultRoutes()
			return err
		})
	})
	return routes, err
}

// defaultRoutes has the kernel filter by table and type. It has no filter for
// destinations; but it lists IPv4 routes by address, so the dump ends after the first
// ones. IPv6 routes come in no such order.
func (c *conn) defaultRoutes() ([]dump.Route, error) {
	strict := c.setStrict() == nil // else the local table can be first
	var all []dump.Route
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		past := func(r dump.Route) bool {
			return strict && family == unix.AF_INET && !r.To.Addr().IsUnspecified()
		}
		routes, err := c.defaultRoutesOf(family, past)
		all = append(all, routes...)
		if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EOPNOTSUPP) { // no such table or family
			return all, err
		}
	}
	return all, nil
}

// defaultRoutesOf reads until past returns true.
func (c *conn) defaultRoutesOf(family uint8, past func(dump.Route) bool) ([]dump.Route, error) {
	var routes []dump.Route
	err := c.dumpUntil(unix.RTM_GETROUTE,
		func(b *batch) {
			h := b.zeros(unix.SizeofRtMsg)
			h[0], h[4], h[7] = family, unix.RT_TABLE_MAIN, unix.RTN_UNICAST
		},
		func() { routes = nil },
		func(body []byte) bool {
			r, ok := decodeRoute(body)
			if ok && r.To.Bits() == 0 && r.Table == unix.RT_TABLE_MAIN {
				routes = append(routes, r)
			}
			return !ok || !past(r)
		})
	return routes, c.foreign.accept(err, unix.RTM_GETROUTE)
}
