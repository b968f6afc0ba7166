package hostmap

import (
	"fmt"
	"path/filepath"
)

// Path returns a file through which the namespace can be opened, or "" if only a socket
// or a link leads to it.
func (ns *Namespace) Path() string {
	switch {
	case ns.Host:
		return "/proc/self/ns/net"
	case len(ns.Files) > 0 && ns.Files[0].PID == 0:
		return ns.Files[0].Path
	case len(ns.Files) > 0:
		return filepath.Join(fmt.Sprintf("/proc/%d/root", ns.Files[0].PID), ns.Files[0].Path)
	case len(ns.Processes) > 0:
		return fmt.Sprintf("/proc/%d/ns/net", ns.Processes[0].PID)
	}
	for _, h := range ns.Holders {
		switch h.What {
		case "thread":
			return fmt.Sprintf("/proc/%d/task/%d/ns/net", h.PID, h.Number)
		case "descriptor":
			return fmt.Sprintf("/proc/%d/fd/%d", h.PID, h.Number)
		}
	}
	return ""
}
