package preflight

import (
	"errors"
	"fmt"
	"net"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/kernel"
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

// checkHost returns an error for each subnet of a plan that overlaps one of the host
// namespace, or for what would have no mark there. Only a lab with a link to the host has any.
func checkHost(p plan.Plan) error {
	if err := plan.CheckMarks(p); err != nil {
		return err
	}
	wanted := plan.Networks(p, state.Host)
	if len(wanted) == 0 {
		return nil
	}
	own, err := kernel.HostNetworks()
	errs := []error{err}
	for _, w := range wanted {
		for network, dev := range own {
			if network.Overlaps(w) {
				errs = append(errs, fmt.Errorf("the lab's %s overlaps %s on %s of the host: "+
					"give the lab other addresses, with `subnet` or `addressing`", w, network, dev))
			}
		}
	}
	return errors.Join(errs...)
}

// checkHostLinks returns an error for each link of a plan whose name is taken in the host
// namespace. If a part of the lab exists it checks none: the link may be the lab's own,
// which a crash left without a mark. The kernel refuses a taken name then.
func checkHostLinks(l *compile.Lab, p plan.Plan, seen *state.State) error {
	if len(seen.Namespaces) > 0 {
		return nil
	}
	var errs []error
	for _, link := range hostLinks(p) {
		if _, err := net.InterfaceByName(link); err == nil {
			errs = append(errs, fmt.Errorf("the host has a link %s already and it is not of lab %s, so it is left alone: "+
				"give the lab's link another name", link, l.Name))
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
