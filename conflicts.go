package vethlab

import (
	"errors"
	"fmt"
	"net"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
)

// checkNames says which namespaces to be made have names that are taken by
// somebody else.
func (l *Lab) checkNames(p plan.Plan) error {
	var errs []error
	for _, op := range p {
		name := op.At().Namespace
		if makes, _ := plan.AboutNamespace(op); makes && netns.Exists(name) {
			errs = append(errs, fmt.Errorf("%s/%s is there already and not of lab %s, so it is left alone: "+
				"give the lab another prefix or name", netns.Dir, name, l.name))
		}
	}
	return errors.Join(errs...)
}

// checkHost says which addresses and routes of a plan would get in the way of
// the machine's own network. Only a lab with a link to the host has any.
func (l *Lab) checkHost(p plan.Plan) error {
	wanted := plan.Networks(p, state.Host)
	if len(wanted) == 0 {
		return nil
	}
	own, err := kernel.HostNetworks()
	errs := []error{err}
	for _, w := range wanted {
		for network, dev := range own {
			if network.Overlaps(w) {
				errs = append(errs, fmt.Errorf("the host would get %s, but has %s on %s: "+
					"give the lab other addresses, by `subnet` or `addressing`", w, network, dev))
			}
		}
	}
	return errors.Join(errs...)
}

// checkHostLinks says which links to be made in the machine's own namespace have
// names that are taken. Where a part of the lab is there already it leaves that
// to the kernel: such a link may be the lab's own, from before a crash and
// without its mark yet.
func (l *Lab) checkHostLinks(p plan.Plan, seen *state.State) error {
	if len(seen.Namespaces) > 0 {
		return nil
	}
	var errs []error
	for _, link := range hostLinks(p) {
		if _, err := net.InterfaceByName(link); err == nil {
			errs = append(errs, fmt.Errorf("the host has a link %s already and it is not of lab %s, so it is left alone: "+
				"give the lab's link another name", link, l.name))
		}
	}
	return errors.Join(errs...)
}

// hostLinks returns the names of the links that a plan makes in the machine's own
// namespace.
func hostLinks(p plan.Plan) []string {
	var names []string
	for _, op := range p {
		for _, b := range plan.NewLinks(op) {
			if b.Link.Namespace == state.Host {
				names = append(names, b.Link.Link)
			}
		}
	}
	return names
}

// notifyHost says of a lab with links to the host where they end, if that is not the
// machine.
func (l *Lab) notifyHost() {
	if host := l.wanted().Namespace(state.Host); host == nil || len(host.Links) == 0 || !sandbox.Rootless() {
		return
	}
	l.notify(EventHost, "host is the lab's own surroundings here, not the machine, whose networks are out of its reach: "+
		"for a link to the machine itself the lab needs root (sudo vethlab up)")
}
