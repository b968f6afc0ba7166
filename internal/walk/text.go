package walk

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// Text returns steps as a tree, one line each, below the step in From.
func Text(steps []Step, name func(dump.LinkRef) string) string {
	children := map[int][]int{}
	for i, s := range steps {
		children[s.From] = append(children[s.From], i)
	}
	var b strings.Builder
	var write func(from, depth int)
	write = func(from, depth int) {
		for _, i := range children[from] {
			fmt.Fprintf(&b, "%s%s %s\n", strings.Repeat("  ", depth), name(steps[i].At), steps[i])
			write(i, depth+1)
		}
	}
	write(-1, 0)
	return b.String()
}

// String returns the fate, the reason and what the bridge knows.
func (s Step) String() string {
	parts := []string{string(s.Direction) + ": " + string(s.Fate)}
	if s.Reason != "" {
		parts[0] += ": " + s.Why()
	}
	if s.Learned != "" {
		parts = append(parts, "source "+learnedWords[s.Learned])
	}
	if s.Lookup != "" {
		parts = append(parts, "destination "+lookupWords[s.Lookup])
	}
	return strings.Join(parts, "; ")
}

// lookupWords and learnedWords have one row per value.
var (
	lookupWords = map[Lookup]string{
		Known:     "known at one port",
		Unknown:   "unknown: flooded",
		Local:     "is an address of the bridge or a port",
		Multicast: "is multicast: flooded",
		Broadcast: "is broadcast: flooded",
	}
	learnedWords = map[Learned]string{
		NewEntry:       "learned",
		AlreadyKnown:   "known",
		Moved:          "moved to this port",
		StickyAtOther:  "not learned: it is sticky at another port",
		LocalAddress:   "not learned: the bridge or a port has the same address",
		LearningOff:    "not learned: learning is off at this port",
		AgeingTimeZero: "not learned: the bridge's ageing time is 0",
	}
)
