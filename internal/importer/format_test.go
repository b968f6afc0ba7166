package importer_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/topo"
)

func TestLabName(t *testing.T) {
	for file, want := range map[string]string{
		"/labs/net.sh":            "net",
		"/labs/two.clab.yml":      "two.clab",
		"/labs/ring/lab.conf":     "ring",
		"/labs/ring/spec.yaml":    "ring",
		"/labs/ring/topology.yml": "ring",
		"/labs/ring/my.conf":      "my",
		"/labs/.sh":               "lab",
		"-":                       "lab",
	} {
		if got := importer.LabName(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

// Each format has a reader.
func TestImport(t *testing.T) {
	files := map[importer.Format]string{
		importer.FormatScript:       "ip netns add a",
		importer.FormatContainerlab: "name: x\ntopology: {nodes: {a: {kind: linux}}}",
		importer.FormatTinet:        "nodes: [{name: a}]",
		importer.FormatNetlab:       "nodes: [a]",
		importer.FormatKathara:      `a[0]="A"`,
	}
	for _, format := range importer.Formats() {
		r, err := importer.Import(format, "x", importer.File{Name: "f", Data: []byte(files[format])}, nil)
		if err != nil || !slices.ContainsFunc(r.Topology.Nodes, func(n topo.Node) bool { return n.Name == "a" }) {
			t.Errorf("%s: got %+v, %v", format, r, err)
		}
	}
	if _, err := importer.Import("frob", "x", importer.File{}, nil); !errors.Is(err, importer.ErrFormat) {
		t.Errorf("got %v", err)
	}
}

// A YAML file of another tool is not taken for a script.
func TestOtherYAML(t *testing.T) {
	for text, want := range map[string]string{
		"services: {a: {image: x}}\n": "x.yml: cannot import a file of Docker Compose",
		"a: {b: 1}\n":                 "x.yml: cannot import this YAML file: it is of none of the tools containerlab, netlab and tinet",
		"#!/bin/sh\nip netns add a\n": "<nil>",
	} {
		data := []byte(text)
		_, err := importer.Import(importer.Guess("x.yml", data), "", importer.File{Name: "x.yml", Data: data}, nil)
		if fmt.Sprint(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
