package iproute2

import "github.com/vethlab/vethlab/internal/plan"

func printNetns(verb, name string) []string {
	return []string{"ip", "netns", verb, name}
}

func parseNetns(w *words) (plan.Op, error) {
	verb, err := w.verb(verb{"add", "a"}, verb{"delete", "d"}, verb{"exec", "e"})
	if err != nil {
		return nil, err
	}
	name, err := w.value("the name of a namespace")
	if err != nil {
		return nil, err
	}
	switch verb {
	case "add":
		return plan.AddNamespace{Name: name}, nil
	case "delete":
		return plan.DelNamespace{Name: name}, nil
	}
	w.namespace = name
	return parseCommand(w)
}
