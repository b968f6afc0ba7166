package cli

import (
	"context"

	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/kernel"
)

// machineNamespaces returns a function that lists a file of each namespace of the machine,
// with its name in the map, until ctx ends.
func machineNamespaces(ctx context.Context) func() ([]kernel.NamespaceFile, error) {
	return func() ([]kernel.NamespaceFile, error) { return findNamespaces(ctx) }
}

func findNamespaces(ctx context.Context) ([]kernel.NamespaceFile, error) {
	m, err := hostmap.Take(ctx, hostmap.Options{})
	if err != nil {
		return nil, err
	}
	var files []kernel.NamespaceFile
	for _, ns := range m.Namespaces {
		if path := ns.Path(); path != "" {
			files = append(files, kernel.NamespaceFile{Name: ns.Name, Path: path})
		}
	}
	return files, nil
}
