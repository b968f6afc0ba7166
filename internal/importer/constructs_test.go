package importer_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/importer"
)

// A construct is a script of one of these files: after "not run: " the reason why
// the tests do not run it, after "$ " its lines, after "# " the comments of the lab file.
// "%pair" is a line with the commands of pairLine.
type construct struct {
	notRun string
	lines  []string
	notes  []string
}

// constructsFiles has single constructs, and whole scripts as tutorials and labs have them.
var constructsFiles = []string{"testdata/constructs.txt", "testdata/tutorials.txt"}

// pairLine makes two namespaces with a veth pair.
const pairLine = "ip netns add a; ip netns add b; ip link add e netns a type veth peer name e netns b; " +
	"ip -n a addr add 10.0.0.1/24 dev e; ip -n a link set e up; ip -n b addr add 10.0.0.2/24 dev e; ip -n b link set e up"

func (c construct) script() string {
	return strings.ReplaceAll(strings.Join(c.lines, "\n"), "%pair", pairLine) + "\n"
}

func (c construct) String() string {
	var b strings.Builder
	if c.notRun != "" {
		b.WriteString("not run: " + c.notRun + "\n")
	}
	for _, line := range c.lines {
		b.WriteString("$ " + line + "\n")
	}
	for _, note := range c.notes {
		b.WriteString("# " + note + "\n")
	}
	return b.String()
}

func readConstructs(t *testing.T, file string) []construct {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []construct
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var c construct
		for line := range strings.SplitSeq(block, "\n") {
			kind, text, _ := strings.Cut(line, " ")
			switch kind {
			case "$":
				c.lines = append(c.lines, text)
			case "#":
				c.notes = append(c.notes, text)
			default:
				c.notRun = strings.TrimPrefix(line, "not run: ")
			}
		}
		list = append(list, c)
	}
	return list
}

// follow imports a construct.
func (c construct) follow(t *testing.T) *importer.Result {
	t.Helper()
	source := func(name string) (string, error) { return "", fmt.Errorf("cannot read %s: %w", name, fs.ErrNotExist) }
	r, err := importer.Script("lab", importer.File{Name: "x.sh", Data: []byte(c.script()), Source: source}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, c)
	}
	return r
}

// Each construct has the comments that the file says. TestConstructsAndTheKernel shows that
// those without comments are imported completely.
func TestConstructs(t *testing.T) {
	total := 0
	for _, file := range constructsFiles {
		var text []string
		for _, c := range readConstructs(t, file) {
			c.notes = nil
			for _, n := range c.follow(t).Notes {
				c.notes = append(c.notes, strings.TrimPrefix(fmt.Sprint(n), "x.sh:"))
			}
			text = append(text, c.String())
		}
		total += len(text)
		golden.Compare(t, file, strings.Join(text, "\n"))
		if slices.ContainsFunc(text, func(s string) bool { return strings.Contains(s, "%!") }) {
			t.Error("a comment is not formatted")
		}
	}
	if total < 230 {
		t.Errorf("only %d constructs", total)
	}
}
