package words

import (
	"fmt"
	"slices"
	"strings"
)

// Closest returns the names with the least edit distance from word, if that is at most
// a third of its length, or 1.
func Closest(word string, names []string) []string {
	best := max(1, len(word)/3)
	var found []string
	for _, name := range names {
		switch d := distance(word, name); {
		case d < best:
			best, found = d, []string{name}
		case d == best:
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// DidYouMean returns ": did you mean …?", or "" without a similar name.
func DidYouMean(word string, names []string) string {
	const most = 3
	found := Closest(word, names)
	if len(found) == 0 || len(found) > most {
		return ""
	}
	return fmt.Sprintf(": did you mean %s?", strings.Join(found, " or "))
}

// distance returns the edit distance of a and b in bytes: insertions, deletions,
// substitutions and swaps of adjacent bytes (optimal string alignment).
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i-1] == b[j] && a[i] == b[j-1] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
