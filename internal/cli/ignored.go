package cli

import (
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/inspect"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/words"
)

// maxIgnored is how many ignored names are listed.
const maxIgnored = 8

// noteIgnored reports once which names in /run/netns are ignored. It is for commands that
// list what runs, and for those that do not find what they look for.
func (p *program) noteIgnored() {
	if p.ignoredNoted {
		return
	}
	p.ignoredNoted = true
	names, err := inspect.IgnoredNames()
	if err != nil || len(names) == 0 {
		return // the listing of the namespaces reports the error
	}
	for i, name := range names {
		names[i] = escape.Name(name)
	}
	p.out.notice("ignored in %s, not a network namespace: %s", netns.Dir, words.List(names, maxIgnored))
}
