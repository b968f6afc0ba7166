package hostmap

import "strings"

// mininet finds the hosts of Mininet by the argument with which Mininet marks their
// shells: mininet:h1.
func mininet(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		for _, arg := range p.Args {
			if name, ok := strings.CutPrefix(arg, "mininet:"); ok && name != "" {
				all = append(all, Container{Engine: "mininet", ID: name, Name: name, PID: p.PID, Why: []string{byProcess}, ClaimedBy: p.Untrusted})
				break
			}
		}
	}
	return all
}
