package kernel

import (
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// RoutesFd reads the routes of the namespace of an open descriptor. Unlike links
// they can be asked for only inside.
func RoutesFd(fd int) (routes []dump.Route, err error) {
	err = netns.DoFd(fd, func() (err error) {
		routes, err = routesHere()
		return err
	})
	return routes, err
}

// HostRoutes reads the routes of the host namespace, which anybody may.
func HostRoutes() (routes []dump.Route, err error) {
	err = netns.OnNewThread(func() (err error) {
		routes, err = routesHere()
		return err
	})
	return routes, err
}

func routesHere() ([]dump.Route, error) {
	ns := &dump.Namespace{}
	err := inside(func(c *conn) error { return c.dumpRoutes(ns) })
	return ns.Routes, err
}
