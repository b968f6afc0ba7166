package kernel

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// RoutesFd reads the routes of the namespace of an open descriptor. Unlike links
// they can be asked for only inside.
func RoutesFd(fd int) ([]dump.Route, error) {
	ns := &dump.Namespace{}
	err := netns.DoFd(fd, func() error {
		return inside(func(c *conn) error { return c.dumpRoutes(ns) })
	})
	return ns.Routes, err
}
