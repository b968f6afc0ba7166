package labtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
)

// Need skips a test if the machine lacks a feature: "netem", "vxlan", "nat", as
// `vethlab doctor` names them. The reason has doctor's remedy. Each feature is tried
// once. The test is also skipped if labs can't be made at all.
//
// The test fails instead if VETHLAB_REQUIRE lists the missing feature, or is "all".
func Need(tb testing.TB, features ...string) {
	tb.Helper()
	needLabs(tb)
	for _, name := range features {
		f := featureOf(name)
		if f == nil {
			tb.Fatalf("labtest: unknown feature %q (want %s)", name, strings.Join(featureNames(), ", "))
		}
		switch err := f.Err(); {
		case err == nil:
		case required(name):
			tb.Fatalf("labtest: this machine lacks a feature that %s requires: %v", requireEnv, err)
		default:
			isolation.skipped.add(tb.Name(), err)
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

// required reports whether a missing feature fails tests.
func required(name string) bool {
	words := strings.Split(requirement(), ",")
	return slices.Contains(words, name) || slices.Contains(words, "all")
}
