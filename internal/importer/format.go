package importer

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A Format is a file format that can be imported.
type Format string

// The formats.
const (
	FormatScript       Format = "script"
	FormatContainerlab Format = "containerlab"
	FormatTinet        Format = "tinet"
	FormatNetlab       Format = "netlab"
	FormatKathara      Format = "kathara"
)

// Formats returns all formats.
func Formats() []Format {
	return []Format{FormatScript, FormatContainerlab, FormatTinet, FormatNetlab, FormatKathara}
}

// Guess returns the format of a file by its name and contents, "" for a lab file.
func Guess(file string, data []byte) Format {
	base := strings.ToLower(path.Base(file))
	switch {
	case base == "lab.conf":
		return FormatKathara
	case strings.HasSuffix(base, ".clab.yml"), strings.HasSuffix(base, ".clab.yaml"), strings.HasSuffix(base, ".gotmpl"):
		return FormatContainerlab
	case strings.HasSuffix(base, ".sh"), strings.HasPrefix(string(data), "#!"):
		return FormatScript
	}
	v, err := readYAML(file, data)
	if err != nil || !v.isMap() {
		return FormatScript
	}
	return guessYAML(v)
}

func guessYAML(v value) Format {
	nodes := v.get("nodes")
	switch {
	case v.get("topology").isMap():
		return FormatContainerlab
	case v.get("node_configs").node != nil, v.get("switches").node != nil, len(nodes.items()) > 0 && nodes.items()[0].get("interfaces").isList():
		return FormatTinet
	case nodes.isList(), v.get("defaults").node != nil, v.get("defaults.device").node != nil, v.get("provider").node != nil, v.get("module").node != nil:
		return FormatNetlab
	case slices.ContainsFunc(nodes.entries(), func(e entry) bool { return e.value.get("device").node != nil }):
		return FormatNetlab
	case v.get("links").node != nil, nodes.isMap():
		return ""
	}
	return FormatScript
}

// ErrFormat is the error of [Import] for an unknown format.
var ErrFormat = errors.New("unknown format")

// Import makes a lab of a file in a format. args are the arguments of a script.
func Import(format Format, name string, f File, args []string) (*Result, error) {
	switch format {
	case FormatScript:
		if err := checkNotYAML(f); err != nil {
			return nil, err
		}
		return Script(name, f, args)
	case FormatContainerlab:
		return Containerlab(name, f)
	case FormatTinet:
		return Tinet(name, f)
	case FormatNetlab:
		return Netlab(name, f)
	case FormatKathara:
		return Kathara(name, f)
	}
	return nil, ErrFormat
}

// checkNotYAML returns an error for a YAML file of a tool whose files are not imported, such
// as that of Docker Compose, which as a script would be an empty lab.
func checkNotYAML(f File) error {
	extension := strings.ToLower(path.Ext(f.Name))
	if !slices.Contains([]string{".yml", ".yaml", ".json"}, extension) {
		return nil
	}
	v, err := readYAML(f.Name, f.Data)
	switch {
	case err != nil || !v.isMap():
		return nil
	case v.get("services").isMap():
		return fmt.Errorf("%s: cannot import a file of Docker Compose", f.Name)
	}
	return fmt.Errorf("%s: cannot import this YAML file: it is of none of the tools containerlab, netlab and tinet", f.Name)
}

// LabName returns the default name of an imported lab: that of the file or, if the tool
// prescribes the file's name, of its folder. file is an absolute path, or "-".
func LabName(file string) string {
	base := path.Base(file)
	switch base {
	case "lab.conf", "spec.yaml", "spec.yml", "topology.yml", "topology.yaml":
		return path.Base(path.Dir(file))
	case "-", "/":
		return "lab"
	}
	return cmp.Or(strings.TrimSuffix(base, path.Ext(base)), "lab")
}
