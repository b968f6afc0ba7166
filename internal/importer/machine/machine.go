// Package machine reads the namespaces of this machine for package importer.
package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/parallel"
	"github.com/vethlab/vethlab/internal/state"
)

// Read reads all named namespaces and the host namespace, and the facts of those that are
// to be imported: all if names is empty.
func Read(names []string) (importer.Machine, error) {
	view, err := kernel.ObserveAll()
	if err != nil {
		return importer.Machine{}, err
	}
	m := importer.Machine{State: view.State, Others: kernel.OtherNames(view.State.Names())}
	m.Facts, err = factsOf(m.State, m.Others, names)
	return m, err
}

// factsOf reads what the namespaces show that are to be imported, all if names is empty,
// and the host namespace. Those that were deleted meanwhile are left out.
func factsOf(s *state.State, others map[string]string, names []string) (map[string]importer.Facts, error) {
	if len(names) == 0 {
		names = s.Names()
	}
	wanted := map[string]bool{state.Host: true}
	for _, name := range names {
		if first, other := others[name]; other {
			name = first
		}
		wanted[name] = s.Namespace(name) != nil
	}
	maps.DeleteFunc(wanted, func(_ string, there bool) bool { return !there })
	list := slices.Sorted(maps.Keys(wanted))
	facts, failed := make([]importer.Facts, len(list)), make([]error, len(list))
	parallel.Each(len(list), func(i int) { facts[i], failed[i] = readFacts(list[i]) })
	all := map[string]importer.Facts{}
	for i, name := range list {
		switch {
		case errors.Is(failed[i], fs.ErrNotExist):
		case failed[i] != nil:
			return nil, fmt.Errorf("cannot read the namespace %q: %w", name, failed[i])
		default:
			all[name] = facts[i]
		}
	}
	return all, nil
}

func readFacts(namespace string) (f importer.Facts, err error) {
	if f.Namespace, err = kernel.Dump(namespace); err != nil {
		return f, err
	}
	if f.Qdiscs, err = kernel.Qdiscs(namespace); err != nil {
		return f, err
	}
	if f.Objects, err = kernel.Objects(namespace); err != nil {
		return f, err
	}
	if f.Sysctls, err = kernel.ChangedSysctls(namespace); err != nil {
		return f, err
	}
	if f.SetMACs, err = kernel.SetMACs(f.Namespace); err != nil {
		return f, err
	}
	f.Xtables, err = kernel.Xtables(namespace)
	return f, err
}
