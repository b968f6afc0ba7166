package inspect

import (
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// IgnoredNames returns the names in /run/netns that are no network namespaces: files that
// a crash of another program left, and namespaces of another type. Names that begin with a
// dot are temporary files of ours; those with a mark are of our labs, see
// [netns.Leftovers].
func IgnoredNames() ([]string, error) {
	ignored, err := netns.Ignored()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(ignored)), func(name string) bool {
		_, marked := state.ParseNamespaceMark(ignored[name])
		return marked || strings.HasPrefix(name, ".")
	}), nil
}
