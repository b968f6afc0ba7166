package hostmap

import (
	"context"

	"github.com/vethlab/vethlab/internal/kernel"
)

// NamespaceFiles returns a file of each namespace of the machine, with its name in the map.
func NamespaceFiles(ctx context.Context) ([]kernel.NamespaceFile, error) {
	m, err := Take(ctx, Options{})
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
