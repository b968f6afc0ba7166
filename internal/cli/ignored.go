package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// noteIgnored says once which names in /run/netns are no network namespaces, and so left
// out: files that a crash of another program left, namespaces of another type. Names that
// begin with a dot are temporary files of ours; those with a mark are of our labs, see
// [netns.Leftovers].
func (p *program) noteIgnored() {
	if p.ignoredNoted {
		return
	}
	p.ignoredNoted = true
	ignored, err := netns.Ignored()
	if err != nil {
		return // who lists the namespaces reports it
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(ignored)) {
		if _, marked := state.ParseMark(ignored[name]); !marked && !strings.HasPrefix(name, ".") {
			names = append(names, escape.Name(name))
		}
	}
	if len(names) > 0 {
		p.out.notice("ignored in %s, not a network namespace: %s", netns.Dir, words.List(names, 8))
	}
}
