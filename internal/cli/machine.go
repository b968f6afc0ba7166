package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/kernel"
)

// machineSpots returns a function that returns where each namespace of the machine
// is found, under the name that the map gives it. It ends with ctx.
func machineSpots(ctx context.Context) func() ([]kernel.NamespaceFile, error) {
	return func() ([]kernel.NamespaceFile, error) { return findSpots(ctx) }
}

func findSpots(ctx context.Context) ([]kernel.NamespaceFile, error) {
	m, err := hostmap.Take(ctx, hostmap.Options{})
	if err != nil {
		return nil, err
	}
	var spots []kernel.NamespaceFile
	for _, ns := range m.Namespaces {
		if path := pathOf(ns); path != "" {
			spots = append(spots, kernel.NamespaceFile{Name: ns.Name, Path: path})
		}
	}
	return spots, nil
}

// pathOf returns a file that stands for a namespace; "": there is none, only a
// socket inside or a cable that leads there.
func pathOf(ns *hostmap.Namespace) string {
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
