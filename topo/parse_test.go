package topo_test

import (
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// same compares labs without regard to where they were written.
var same = cmp.Options{
	cmpopts.IgnoreTypes(topo.Pos{}),
	cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}, topo.Pool{}),
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return found
}

func TestGoodFiles(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			lab := parseFile(t, file)
			golden(t, strings.TrimSuffix(file, ".yaml")+".formatted", lab.Format())
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
	if diff := cmp.Diff(lab, again, same); diff != "" {
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
	if diff := cmp.Diff(lab, &fromJSON, same); diff != "" {
		t.Fatalf("through JSON (-before +after):\n%s\n%s", diff, js)
	}
}

func TestFormatParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkRoundTrip(t, topotest.Topology(t)) })
}

func TestBadFiles(t *testing.T) {
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
			golden(t, strings.TrimSuffix(file, ".yaml")+".err", []byte(err.Error()+"\n"))
		})
	}
}
