package importer_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/topo"
)

// arguments are the arguments of scripts, by file.
var arguments = map[string][]string{"service.sh": {"up"}}

// inputs returns all sources in testdata.
func inputs(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		switch ext := filepath.Ext(path); {
		case err != nil || d.IsDir():
		case ext == ".sh", ext == ".yml", filepath.Base(path) == "lab.conf":
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

// read imports a file as the command line does.
func read(t testing.TB, name string) *importer.Result {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f := importer.File{Name: filepath.Base(name), Data: data, Lab: "lab", Source: beside(filepath.Dir(name))}
	r, err := importAs(formatOf(name, data), f, arguments[f.Name])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func formatOf(name string, data []byte) importer.Format {
	switch {
	case strings.HasSuffix(name, ".tinet.yml"):
		return importer.FormatTinet
	case strings.HasSuffix(name, ".netlab.yml"):
		return importer.FormatNetlab
	}
	return importer.Guess(name, data)
}

func importAs(format importer.Format, f importer.File, args []string) (*importer.Result, error) {
	switch format {
	case importer.FormatScript:
		return importer.Script("", f, args)
	case importer.FormatContainerlab:
		return importer.Containerlab("", f)
	case importer.FormatTinet:
		return importer.Tinet("", f)
	case importer.FormatNetlab:
		return importer.Netlab("", f)
	case importer.FormatKathara:
		return importer.Kathara("", f)
	}
	return nil, fmt.Errorf("unknown format %q", format)
}

func beside(folder string) func(string) (string, error) {
	return func(name string) (string, error) {
		if !filepath.IsLocal(name) {
			return "", fmt.Errorf("%s is not beside the script", name)
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		return string(text), err
	}
}

// Each source in testdata gives its golden lab file, which parses and compiles.
func TestGolden(t *testing.T) {
	for _, name := range inputs(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			r := read(t, name)
			got := string(r.File()) + "# " + r.Summary() + "\n"
			if _, err := topo.Parse("lab.yaml", []byte(got)); err != nil {
				t.Errorf("not a lab file: %v\n%s", err, got)
			}
			if _, err := compile.Compile(r.Topology); err != nil {
				t.Errorf("does not compile: %v\n%s", err, got)
			}
			golden.Compare(t, name+".golden", got)
		})
	}
}

// Formats are recognized by name and contents.
func TestGuess(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       importer.Format
	}{
		{"setup", "#!/bin/sh\nip netns add a\n", importer.FormatScript},
		{"net.sh", "ip netns add a\n", importer.FormatScript},
		{"notes", "ip netns add a\n", importer.FormatScript},
		{"lab.conf", "pc[0]=A\n", importer.FormatKathara},
		{"x.clab.yaml", "", importer.FormatContainerlab},
		{"x.yml", "topology: {nodes: {a: {kind: linux}}}\n", importer.FormatContainerlab},
		{"x.yml", "nodes:\n- {name: a, interfaces: [{name: net0, type: direct, args: b#net0}]}\n", importer.FormatTinet},
		{"topology.yml", "provider: clab\nnodes: [a, b]\nlinks: [a-b]\n", importer.FormatNetlab},
		{"topology.yml", "defaults.device: frr\nnodes: {a: , b: }\nlinks: [a-b]\n", importer.FormatNetlab},
		{"lab.yaml", "links: [[a, b]]\n", ""},
	} {
		if got := importer.Guess(tt.name, []byte(tt.text)); got != tt.want {
			t.Errorf("%s %q is %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
