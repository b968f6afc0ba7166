package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A program is the test program of a package with its mutants.
type program struct {
	*subject
	file    string
	tmp     string
	sites   []*site
	skipped []string // tests that fail without a mutant, as they need programs of the machine
	tests   []test
}

// maxBuilds bounds how often mutants that do not compile are removed.
const maxBuilds = 40

// build compiles the first count mutants of a sample. Those that do not compile are
// replaced by the next of the sample.
func (s *subject) build(ctx context.Context, tmp string, sample []*site, count int) (*program, error) {
	p := &program{subject: s, tmp: tmp, file: filepath.Join(tmp, "tests")}
	next := min(count, len(sample))
	chosen := slices.Clone(sample[:next])
	for range maxBuilds {
		output, err := p.compile(ctx, chosen)
		if err == nil {
			p.sites = chosen
			return p, nil
		}
		kept := withoutBroken(chosen, s, output)
		if len(kept) == len(chosen) {
			return nil, fmt.Errorf("%w: %s", err, output)
		}
		for len(kept) < count && next < len(sample) {
			kept = append(kept, sample[next])
			next++
		}
		chosen = kept
	}
	return nil, errors.New("too many mutants do not compile")
}

// compile compiles the test program and returns the output of the compiler.
func (p *program) compile(ctx context.Context, sites []*site) (string, error) {
	replace := map[string]string{}
	byFile := map[*source][]edit{}
	for i, s := range sites {
		s.id = i + 1
		for _, e := range s.edits {
			e.text = strings.ReplaceAll(e.text, "%d", strconv.Itoa(s.id))
			byFile[s.file] = append(byFile[s.file], e)
		}
	}
	for f, edits := range byFile {
		file := filepath.Join(p.tmp, filepath.Base(f.path))
		replace[f.path] = file
		if err := os.WriteFile(file, rewritten(f.text, edits), 0o600); err != nil {
			return "", err
		}
	}
	file := filepath.Join(p.tmp, "chooser.go")
	replace[filepath.Join(p.dir, "mutants_of_this_package.go")] = file
	text := fmt.Sprintf("package %s\n%s\nconst mutants = %d\n", p.name, chooser, len(sites))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file = filepath.Join(p.tmp, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", file, "-gcflags="+p.path+"=-e", "-o", p.file, p.path).CombinedOutput()
	return string(output), err
}

// rewritten applies edits. At the same offset, closing ones come first, from the inside
// out, then opening ones, from the outside in.
func rewritten(text []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int {
		switch {
		case a.at != b.at:
			return a.at - b.at
		case a.closing != b.closing:
			return cmp.Compare(order(b.closing), order(a.closing))
		case a.closing:
			return b.depth - a.depth
		}
		return a.depth - b.depth
	})
	var b bytes.Buffer
	last := 0
	for _, e := range edits {
		b.Write(text[last:max(last, e.at)])
		b.WriteString(e.text)
		last = max(last, e.at+e.remove)
	}
	b.Write(text[last:])
	return b.Bytes()
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

var compileError = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):\d+: `)

// withoutBroken removes the mutants on lines with compile errors. Edits have no line
// breaks, so the lines are those of the source.
func withoutBroken(sites []*site, s *subject, output string) []*site {
	broken := map[string]bool{}
	for _, m := range compileError.FindAllStringSubmatch(output, -1) {
		broken[filepath.Base(m[1])+":"+m[2]] = true
	}
	return slices.DeleteFunc(slices.Clone(sites), func(x *site) bool {
		for line := s.fset.Position(x.node.Pos()).Line; line <= s.fset.Position(x.node.End()).Line; line++ {
			if broken[filepath.Base(x.file.path)+":"+strconv.Itoa(line)] {
				return true
			}
		}
		return false
	})
}
