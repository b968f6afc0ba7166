package cli

import (
	"context"

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
		if path := ns.Path(); path != "" {
			spots = append(spots, kernel.NamespaceFile{Name: ns.Name, Path: path})
		}
	}
	return spots, nil
}
