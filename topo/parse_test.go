package topo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// ignorePositions compares labs without regard to where they were written.
var ignorePositions = cmp.Options{
	cmpopts.IgnoreTypes(topo.Pos{}, map[string]topo.Pos{}),
	cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}, topo.Pool{}),
}

func files(t testing.TB, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return found
}

func TestParseGoodFiles(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			lab := parseFile(t, file)
			golden.Compare(t, strings.TrimSuffix(file, ".yaml")+".formatted", string(lab.Format()))
			checkRoundTrip(t, lab)
		})
	}
}

func parseFile(t *testing.T, file string) *topo.Topology {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lab, err := topo.Parse(file, data)
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	return lab
}

type fatalfer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkRoundTrip(t fatalfer, lab *topo.Topology) {
	t.Helper()
	text := lab.Format()
	again, err := topo.Parse("lab", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(lab, again, ignorePositions); diff != "" {
		t.Fatalf("formatted and parsed again (-before +after):\n%s\n%s", diff, text)
	}
	js, err := json.Marshal(lab)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var fromJSON topo.Topology
	if err := json.Unmarshal(js, &fromJSON); err != nil {
		t.Fatalf("%v\n%s", err, js)
	}
	if diff := cmp.Diff(lab, &fromJSON, ignorePositions); diff != "" {
		t.Fatalf("through JSON (-before +after):\n%s\n%s", diff, js)
	}
}

func TestFormatParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkRoundTrip(t, topotest.Topology(t)) })
}

func TestParseBadFiles(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lab, err := topo.Parse(filepath.Base(file), data)
			if err == nil {
				t.Fatalf("parsed without an error:\n%s", lab.Format())
			}
			golden.Compare(t, strings.TrimSuffix(file, ".yaml")+".err", err.Error()+"\n")
		})
	}
}

func TestValidateLiterals(t *testing.T) {
	four := []netip.Prefix{netip.MustParsePrefix("10.1.0.1/24")}
	link := func(a, b string) topo.Link {
		return topo.Link{Endpoints: [2]topo.Endpoint{{Node: a}, {Node: b}}}
	}
	tests := []struct {
		lab  topo.Topology
		want string
	}{
		{topo.Topology{}, `name: the lab's name "" is empty`},
		{topo.Topology{Name: "x", Links: []topo.Link{link("a", "b"), link("a", "")}}, `links[1].endpoints[1]: the node's name "" is empty`},
		{topo.Topology{Name: "x", Links: []topo.Link{link("a", "a")}}, `links[0]: the link joins node "a" with itself` + "\n  name both interfaces for a link within a node"},
		{topo.Topology{Name: "x", Nodes: topo.Nodes{{Name: "a"}, {Name: "a"}}}, `nodes.a: two nodes have the name "a"`},
		{
			topo.Topology{
				Name:  "x",
				Nodes: topo.Nodes{{Name: "a", Interfaces: topo.Interfaces{{Name: "eth0", Addresses: four}}}},
			}, `nodes.a.interfaces.eth0: no link uses interface eth0 of node a`,
		},
		{
			topo.Topology{
				Name:  "x",
				Nodes: topo.Nodes{{Name: "a", Interfaces: topo.Interfaces{{Name: "eth0", Addresses: make([]netip.Prefix, 1)}}}},
				Links: []topo.Link{link("a", "b")},
			}, `nodes.a.interfaces.eth0.addresses[0]: address invalid Prefix is invalid`,
		},
	}
	for _, tt := range tests {
		if err := tt.lab.Validate(); err == nil || err.Error() != tt.want {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}
}

func TestDefaultName(t *testing.T) {
	for file, want := range map[string]string{
		"two.vethlab.yaml":      "two",
		"x/y/two-routers.yml":   "two-routers",
		"x/y/vethlab.yaml":      "y",
		"vethlab.yaml":          "lab",
		"./vethlab.yml":         "lab",
		"-":                     "lab",
		"lab":                   "lab",
		"a b:c.yaml":            "a-b-c",
		".yaml":                 "lab",
		"..":                    "lab",
		"j.json":                "j",
		"bücher.vethlab.yml":    "bücher",
		strings.Repeat("ü", 80): strings.Repeat("ü", 50),
	} {
		lab, err := topo.Parse(file, []byte("links: [[a, b]]"))
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if lab.Name != want {
			t.Errorf("Parse(%q) names the lab %q, want %q", file, lab.Name, want)
		}
	}
}

// The lab is named after the path; messages have the shorter name.
func TestParseAt(t *testing.T) {
	lab, err := topo.ParseAt("/x/shop/vethlab.yaml", "vethlab.yaml", []byte("links: [[a, b]]"))
	if err != nil || lab.Name != "shop" || lab.Pos.File != "vethlab.yaml" {
		t.Errorf("got %v, %v, want the lab shop of vethlab.yaml", lab, err)
	}
	_, err = topo.ParseAt("/x/shop/vethlab.yaml", "vethlab.yaml", []byte("links: [[a]]"))
	if err == nil || !strings.HasPrefix(err.Error(), "vethlab.yaml:1:9: ") {
		t.Errorf("got %v, want a mistake in vethlab.yaml:1:9", err)
	}
}

func TestErrorsUnwrap(t *testing.T) {
	_, err := topo.Parse("f", []byte("links: [[a], [b]]"))
	var one *topo.Error
	if !errors.As(err, &one) {
		t.Fatalf("%T holds no *topo.Error", err)
	}
	if got, want := one.Pos.String(), "f:1:9"; got != want {
		t.Errorf("the first error is at %s, want %s", got, want)
	}
}

func TestParseTooLargeFile(t *testing.T) {
	_, err := topo.Parse("f", bytes.Repeat([]byte("#\n"), 3<<20))
	if err == nil || err.Error() != "f: the file is larger than 4 MiB" {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range found {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) < 2000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lab, err := topo.Parse("lab", data)
		if err != nil {
			if err.Error() == "" {
				t.Error("the error has no text")
			}
			return
		}
		checkRoundTrip(t, lab)
	})
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("nodes: {sw: {kind: switch}}\nlinks:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - [h%d, sw]\n", i)
	}
	for b.Loop() {
		topo.MustParse(text.String())
	}
}

// TestParseLongLine exceeds its time limit if the cost of a position grows with its
// column.
func TestParseLongLine(t *testing.T) {
	var text strings.Builder
	text.WriteString(`{"x-wide": "ü", "links": [`)
	for i := range 30_000 {
		fmt.Fprintf(&text, `["a%d", "b%d"], `, i, i)
	}
	text.WriteString(`["ü"]]}`)
	start := time.Now()
	_, err := topo.Parse("f", []byte(text.String()))
	if err == nil {
		t.Fatal("parsed without an error")
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
