package walk

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// Text writes steps as a tree, a line each, below the step that it comes from.
func Text(steps []Step, name func(dump.LinkRef) string) string {
	after := map[int][]int{}
	for i, s := range steps {
		after[s.From] = append(after[s.From], i)
	}
	var b strings.Builder
	var write func(from, depth int)
	write = func(from, depth int) {
		for _, i := range after[from] {
			fmt.Fprintf(&b, "%s%s %s\n", strings.Repeat("  ", depth), name(steps[i].At), steps[i])
			write(i, depth+1)
		}
	}
	write(-1, 0)
	return b.String()
}

// String says what becomes of the frame, in few words.
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
		Own:       "is the bridge's or a port's own",
		Multicast: "is a group: flooded",
		Broadcast: "is all: flooded",
	}
	learnedWords = map[Learned]string{
		NewEntry:       "learned",
		KnownHere:      "known",
		Moved:          "moved to this port",
		StaysElsewhere: "not learned: it is sticky at another port",
		OwnAddress:     "not learned: the bridge or a port has the same address",
		LearningOff:    "not learned: learning is off at this port",
		NeverLearns:    "not learned: the bridge's ageing time is 0",
	}
)
