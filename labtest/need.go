package labtest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
)

// Need skips a test where the machine lacks something that it needs, by name and
// with what to do about it, as `vethlab doctor` has both: "netem", "vxlan",
// "nat". What is asked for is tried once. Where there can be no labs at all the
// test is skipped too.
//
// The test fails instead if VETHLAB_REQUIRE names what is missing, or is "all".
func Need(tb testing.TB, features ...string) {
	tb.Helper()
	needGround(tb)
	for _, name := range features {
		f := featureOf(name)
		if f == nil {
			tb.Fatalf("labtest: there is no feature %q; there are %s", name, strings.Join(featureNames(), ", "))
		}
		switch err := f.Err(); {
		case err == nil:
		case required(name):
			tb.Fatalf("labtest: this machine lacks what %s is to have: %v", requireEnv, err)
		default:
			ground.skipped.note(tb.Name(), err)
			tb.Skipf("labtest: %v", err)
		}
	}
}

func featureOf(name string) *feature.Feature {
	all := feature.All()
	if i := slices.Index(featureNames(), name); i >= 0 {
		return all[i]
	}
	return nil
}

func featureNames() []string {
	var names []string
	for _, f := range feature.All() {
		names = append(names, f.Name)
	}
	return names
}

// required reports whether a feature must be there.
func required(name string) bool {
	words := strings.Split(os.Getenv(requireEnv), ",")
	return slices.Contains(words, name) || slices.Contains(words, "all")
}
