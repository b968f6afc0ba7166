package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/topo"
)

// planted is the text that a hostile source tries to inject into the lab file.
const planted = "tests: [{run: [touch, /tmp/planted]}]"

// lineBreaks are the texts that some YAML reader takes for a line break.
var lineBreaks = []string{"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\x00", "\ufeff\n"}

// hostileFiles returns sources whose names, kinds and commands contain a line break
// and a key of lab files.
func hostileFiles() map[importer.Format][]string {
	files := map[importer.Format][]string{}
	add := func(f importer.Format, text string) { files[f] = append(files[f], text) }
	for _, b := range lineBreaks {
		evil := "x" + b + planted + b + "# "
		quoted := fmt.Sprintf("%+q", evil)
		add(importer.FormatScript, "ip netns add a\nip -n a link add "+strings.ReplaceAll(evil, " ", "\\ ")+" type gre\n")
		add(importer.FormatScript, "ip netns add a\nip netns exec a frobnicate '"+evil+"'\nip netns exec a ping '"+evil+"'\n")
		add(importer.FormatScript, "ip netns add '"+evil+"'\nip -n '"+evil+"' link set lo up\n")
		add(importer.FormatContainerlab, "name: "+quoted+"\ntopology:\n  nodes:\n    a: {kind: "+quoted+", exec: ["+quoted+"]}\n    "+quoted+": {kind: linux}\n  links: [{endpoints: [\"a:eth1\", "+quoted+"]}, {type: "+quoted+"}]\n")
		add(importer.FormatTinet, "nodes: [{name: a, interfaces: [{name: "+quoted+", type: "+quoted+", args: "+quoted+"}]}]\nnode_configs: [{name: a, cmds: [{cmd: "+quoted+"}]}]\n")
		add(importer.FormatNetlab, "nodes: {a: {device: "+quoted+", "+quoted+": 1, config: ["+quoted+"], module: ["+quoted+"]}, b: {}}\n"+quoted+": 1\nlinks: [a-b, {a: {"+quoted+": 1}, b: {}, type: "+quoted+"}, "+quoted+"]\nmodule: ["+quoted+"]\n")
		add(importer.FormatKathara, "LAB_NAME=\""+evil+"\"\npc1[0]=\""+evil+"\"\npc1[bridged]=\"true"+evil+"\"\npc1[sysctl]=\""+evil+"\"\n")
	}
	return files
}

// importForeign imports a file; the files that it includes are hostile, too.
func importForeign(format importer.Format, text string) (*importer.Result, error) {
	source := func(string) (string, error) { return "frobnicate \u2028" + planted, nil }
	return importAs(format, importer.File{Name: "x\u2028" + planted + ".yml", Data: []byte(text), Lab: "lab", Source: source}, []string{"up\u2029" + planted})
}

// checkForeign fails unless the lab file parses to its Topology, has the same line
// breaks for every YAML reader and contains no command to run.
func checkForeign(t *testing.T, r *importer.Result) {
	t.Helper()
	file := r.File()
	for i, test := range r.Topology.Tests {
		if len(test.Run) > 0 {
			t.Errorf("tests[%d] runs %q", i, test.Run)
		}
	}
	again, err := topo.Parse("lab.yaml", file)
	if err != nil {
		t.Fatalf("%v\n%q", err, file)
	}
	want := r.Topology.Clone()
	for _, n := range again.Nodes { // comments stand at nodes that only links name
		if want.Node(n.Name) == nil && len(n.Interfaces) == 0 {
			want.Nodes = append(want.Nodes, topo.Node{Name: n.Name})
		}
	}
	if got, want := string(again.Format()), string(want.Format()); got != want && r.Topology.Name != "" {
		t.Errorf("the lab file differs from the topology (-topology +file):\n%s\n%q", cmp.Diff(want, got), file)
	}
	checkKeys(t, file)
	for line := range strings.SplitSeq(string(file), "\n") {
		if strings.ContainsFunc(line, func(r rune) bool {
			return unicode.IsControl(r) && r != '\t' || r == '\u2028' || r == '\u2029' || r == '\ufeff'
		}) {
			t.Errorf("a line contains a control character or line break: %q", line)
		}
	}
}

// checkKeys fails if a plain YAML parser finds a key at the top or in a test that the
// importer does not write.
func checkKeys(t *testing.T, file []byte) {
	t.Helper()
	var top map[string]yaml.Node
	if err := yaml.Load(file, &top); err != nil {
		t.Fatalf("%v\n%q", err, file)
	}
	for key, v := range top {
		switch key {
		case "name", "prefix", "addressing", "routing", "nodes", "links":
		case "tests":
			for _, test := range v.Content {
				for i := 0; i < len(test.Content); i += 2 {
					if k := test.Content[i].Value; k != "from" && k != "to" && k != "expect" {
						t.Errorf("a test has the key %q:\n%s", k, file)
					}
				}
			}
		default:
			t.Errorf("unexpected key %q:\n%q", key, file)
		}
	}
}

func TestImportInjectsNothing(t *testing.T) {
	for format, files := range hostileFiles() {
		t.Run(string(format), func(t *testing.T) {
			read := 0
			for _, text := range files {
				r, err := importForeign(format, text)
				if err != nil {
					continue
				}
				read++
				checkForeign(t, r)
			}
			if read < len(lineBreaks)/2 {
				t.Errorf("only %d of %d files could be imported", read, len(files))
			}
		})
	}
}

// Each oddity of a file is refused, or said with its line; "" means that it has no effect.
func TestOddFiles(t *testing.T) {
	const clab = "name: x\ntopology:\n  nodes:\n    a: {kind: linux}\n"
	for _, tt := range []struct {
		format     importer.Format
		text, want string
	}{
		{importer.FormatContainerlab, clab + "    a: {kind: linux}\n", "x.yml:4: topology.nodes.a: the key is given twice: the last one is read"},
		{importer.FormatContainerlab, clab + "    b: !custom {kind: linux}\n", "x.yml:5: topology.nodes.b: the tag !custom is not read"},
		{importer.FormatContainerlab, clab + "    b: !!map {kind: !!str linux}\n", ""},
		{importer.FormatContainerlab, "\ufeff" + strings.ReplaceAll(clab, "\n", "\r\n"), ""},
		{importer.FormatContainerlab, "- a\n- b\n", "x.yml:1: the file is not a mapping"},
		{importer.FormatNetlab, "words\n", "x.yml:1: the file is not a mapping"},
		{importer.FormatTinet, "nodes: [{name: a, name: b, interfaces: []}]\n", "nodes[0].name: a: the key is given twice"},
		{importer.FormatTinet, "nodes: []\n---\nnodes: []\n", "multiple"},
		{importer.FormatNetlab, "nodes: {a: }\nnodes: {b: }\n", "x.yml:1: nodes: the key is given twice"},
		{importer.FormatNetlab, "nodes:\n\ta: {}\n", "cannot start any token"},
		{importer.FormatNetlab, "nodes: {a\x00: {}}\n", "control characters are not allowed"},
		{importer.FormatKathara, "\ufeffpc1[0]=A\r\npc2[0]=A\r\n", ""},
		{importer.FormatKathara, "\tpc1[0]=\"A\"\n", ""},
		{importer.FormatKathara, "pc1[0]=A\npc1[0]=B\n", "x.yml:2: 0: B: the interface is in a collision domain already"},
		{importer.FormatKathara, "pc1[0]=A\x00B\n", "the line contains a control character"},
	} {
		r, err := importAs(tt.format, importer.File{Name: "x.yml", Data: []byte(tt.text), Lab: "lab"}, nil)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(r.Lost())
		}
		if !strings.Contains(got, tt.want) || tt.want == "" && got != "[]" {
			t.Errorf("%s %q: %s, want %q", tt.format, tt.text, got, tt.want)
		}
	}
}

// FuzzImportForeign checks the same for generated files.
func FuzzImportForeign(f *testing.F) {
	formats := importer.Formats()
	for i, format := range formats {
		for _, text := range hostileFiles()[format] {
			f.Add(uint8(i), text)
		}
	}
	for i, pattern := range map[int]string{
		0: "testdata/scripts/*.sh", 1: "testdata/others/*.clab.yml", 2: "testdata/others/*.tinet.yml", 3: "testdata/others/*.netlab.yml", 4: "testdata/others/lans/lab.conf",
	} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatal("no files", err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), string(text))
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, text string) {
		r, err := importForeign(formats[int(format)%len(formats)], text)
		if err != nil {
			return
		}
		checkForeign(t, r)
	})
}
