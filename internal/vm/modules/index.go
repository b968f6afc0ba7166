package modules

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The files of an index, in the folder of a kernel's modules.
const (
	DepFile   = "modules.dep"
	AliasFile = "modules.alias"
)

// An Index says which modules a kernel has and what each needs.
type Index struct {
	byName  map[string]*entry
	aliases []alias
}

type entry struct {
	path  string
	needs []string // paths of all that has to be loaded before it, in that order
}

type alias struct{ pattern, name string }

// New returns the index of a kernel's modules. What a module depends on and is
// not among them is built into the kernel, or was left out: loading then fails.
func New(list []Module) *Index {
	all := map[string]*Module{}
	for i := range list {
		all[list[i].Name()] = &list[i]
	}
	x := &Index{byName: map[string]*entry{}}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m := all[name]
		x.byName[name] = &entry{path: m.Path, needs: needs(all, m, map[string]bool{name: true})}
		for _, pattern := range m.Aliases {
			x.aliases = append(x.aliases, alias{pattern, name})
		}
	}
	return x
}

// needs returns the paths of what has to be loaded before m, deepest first,
// but for what was seen already.
func needs(all map[string]*Module, m *Module, seen map[string]bool) []string {
	var paths []string
	for _, name := range slices.Concat(m.Before, m.Depends) {
		below := all[name]
		if below == nil || seen[name] {
			continue
		}
		seen[name] = true
		paths = append(append(paths, needs(all, below, seen)...), below.Path)
	}
	return paths
}

// Files returns the paths of what has to be loaded, in that order, for a name
// or an alias. There are none for what no module is called.
func (x *Index) Files(name string) []string {
	if e := x.byName[normal(name)]; e != nil {
		return append(slices.Clone(e.needs), e.path)
	}
	var files []string
	for _, a := range x.aliases {
		if ok, _ := path.Match(a.pattern, name); ok || normal(a.pattern) == normal(name) {
			files = append(files, append(slices.Clone(x.byName[a.name].needs), x.byName[a.name].path)...)
		}
	}
	return unique(files)
}

// unique removes duplicates.
func unique(files []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(file string) bool {
		again := seen[file]
		seen[file] = true
		return again
	})
}

// Write writes an index into dir, as the files modules.dep and modules.alias.
// In the lines of modules.dep what is loaded first is last: modules.dep(5).
func (x *Index) Write(dir string) error {
	var dep, names bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(x.byName)) {
		e := x.byName[name]
		needs := slices.Clone(e.needs)
		slices.Reverse(needs)
		fmt.Fprintln(&dep, strings.Join(append([]string{e.path + ":"}, needs...), " "))
	}
	for _, a := range x.aliases {
		fmt.Fprintln(&names, "alias", a.pattern, a.name)
	}
	if err := os.WriteFile(filepath.Join(dir, DepFile), dep.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, AliasFile), names.Bytes(), 0o644)
}

// Open reads the index that Write wrote into dir.
func Open(dir string) (*Index, error) {
	x := &Index{byName: map[string]*entry{}}
	err := lines(filepath.Join(dir, DepFile), func(line string) {
		file, rest, ok := strings.Cut(line, ":")
		if ok {
			needs := strings.Fields(rest)
			slices.Reverse(needs)
			x.byName[nameOf(file)] = &entry{path: file, needs: needs}
		}
	})
	if err != nil {
		return nil, err
	}
	err = lines(filepath.Join(dir, AliasFile), func(line string) {
		words := strings.Fields(line)
		if len(words) == 3 && x.byName[words[2]] != nil {
			x.aliases = append(x.aliases, alias{words[1], words[2]})
		}
	})
	return x, err
}

func lines(file string, each func(line string)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		each(scanner.Text())
	}
	return scanner.Err()
}
