package preflight

import (
	"errors"
	"fmt"
	"net"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// checkNames returns an error for each namespace of a plan whose name is taken by a
// namespace that is not the lab's.
func checkNames(l *compile.Lab, p plan.Plan) error {
	var errs []error
	for _, op := range p {
		name := op.At().Namespace
		if makes, _ := plan.AboutNamespace(op); makes && netns.Exists(name) {
			errs = append(errs, fmt.Errorf("%s/%s exists already and is not of lab %s, so it is left alone: "+
				"give the lab another prefix or name", netns.Dir, name, l.Name))
		}
	}
	return errors.Join(errs...)
}

// maxProcesses is how many processes of a namespace are named.
const maxProcesses = 8

// checkProcesses returns an error for each namespace that a plan deletes and in which
// processes run.
func checkProcesses(p plan.Plan) error {
	var deleted []string
	for _, op := range p {
		if _, deletes := plan.AboutNamespace(op); deletes {
			deleted = append(deleted, op.At().Namespace)
		}
	}
	if len(deleted) == 0 {
		return nil
	}
	processes, err := netns.Processes(deleted...)
	errs := []error{err}
	for _, namespace := range deleted {
		var list []string
		for _, p := range processes {
			if p.Namespace == namespace {
				list = append(list, p.String())
			}
		}
		if len(list) > 0 {
			errs = append(errs, fmt.Errorf("cannot delete namespace %s: processes run in it: %s (end them, or take the lab down first: vethlab up --recreate)",
				namespace, words.List(list, maxProcesses)))
		}
	}
	return errors.Join(errs...)
}

// checkHostLinks returns an error for each link of a plan whose name is taken in the host
// namespace by a link that does not count as the lab's. A link with its name and without
// its mark can be one of the lab that somebody took the mark from, or that a crash left
// without one; only one of a pair is known by its peer.
func checkHostLinks(l *compile.Lab, p plan.Plan, seen *state.State) error {
	var errs []error
	for _, link := range hostLinks(p) {
		if _, err := net.InterfaceByName(link); err == nil && !isLab(seen, link) {
			errs = append(errs, fmt.Errorf("the host has a link %s already, without the mark of lab %s, so it is left alone: "+
				"give the lab's link another name, or delete that one (ip link del %s)", link, l.Name, link))
		}
	}
	return errors.Join(errs...)
}

// hostLinks returns the names of the links that a plan makes in the host namespace.
func hostLinks(p plan.Plan) []string {
	var names []string
	for _, op := range p {
		for _, b := range op.Traits().NewLinks {
			if b.Link.Namespace == state.Host {
				names = append(names, b.Link.Link)
			}
		}
	}
	return names
}
