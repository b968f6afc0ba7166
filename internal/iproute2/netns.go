package iproute2

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printNetns(verb, name string) []string {
	return []string{"ip", "netns", verb, name}
}

// initProcess is PID 1, which names the host namespace to ip: it has no name.
const initProcess = "1"

// netns parses the name of a namespace.
func (w *words) netns(name *string) (err error) {
	if w.Skip(initProcess) {
		*name = state.Host
		return nil
	}
	*name, err = w.Value("the name of a namespace")
	return err
}

func parseNetns(w *words) (plan.Plan, error) {
	verb, err := w.Verb(verb{"add", "a"}, verb{"delete", "d"}, verb{"exec", "e"}, verb{"set", "s"}, verb{"attach", "at"})
	if err != nil {
		return nil, err
	}
	if verb == "set" || verb == "attach" {
		return nil, w.unsupported("ip netns %s is not supported", verb)
	}
	name, err := w.Value("the name of a namespace")
	if err != nil {
		return nil, err
	}
	switch verb {
	case "add":
		return plan.Plan{plan.AddNamespace{Name: name}}, nil
	case "delete":
		return plan.Plan{plan.DelNamespace{Name: name}}, nil
	}
	w.namespace = name
	return parseCommand(w)
}
