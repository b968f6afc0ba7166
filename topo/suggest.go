package topo

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// didYouMean returns a hint with the known word that is most similar to s, or "" if
// none is similar.
func didYouMean(s string, known []string) string {
	if best := similar(s, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// similar returns the known word that is most similar to s, or "" if none is.
func similar(s string, known []string) string {
	best, fewest := "", max(1, len(s)/3)+1
	for _, k := range known {
		d := distance(strings.ToLower(s), strings.ToLower(k), fewest)
		if d < fewest && d < max(len(s), len(k)) {
			best, fewest = k, d
		}
	}
	return best
}

// oneOf returns a hint for a word that must be one of the known ones; "" if there are
// none.
func oneOf(s string, known []string) string {
	if hint := didYouMean(s, known); hint != "" {
		return hint
	}
	if len(known) == 0 {
		return ""
	}
	return "want one of " + strings.Join(known, ", ")
}

// distance returns the Damerau-Levenshtein distance of two words in bytes (optimal
// string alignment), or limit if it is not below limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) >= limit {
			return limit
		}
	}
	return min(row[len(b)], limit)
}

// misspelt reports whether two names differ by one typing error: a letter too many,
// too few, wrong, or swapped with the next. Names that differ only in digits are not
// misspelt.
func misspelt(a, b string) bool {
	if len(a) < 4 || len(b) < 4 || a == b {
		return false
	}
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	one := len(a) <= 1 && len(b) <= 1
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return (one || swapped) && strings.Trim(a+b, "0123456789") != ""
}

// spellings finds misspelt names. Names that differ by one typing error have a spelling
// in common: they are equal, or one without one of its bytes is, or both are.
type spellings struct {
	nodes []Node
	byKey map[string][]int // indexes of nodes
}

func newSpellings(nodes []Node) *spellings {
	s := &spellings{nodes, make(map[string][]int, len(nodes))}
	for i := range nodes {
		for key := range spellingsOf(nodes[i].Name) {
			s.byKey[key] = append(s.byKey[key], i)
		}
	}
	return s
}

// spellingsOf yields a name and what it is without each of its bytes.
func spellingsOf(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if len(name) < 4 || !yield(name) {
			return
		}
		for i := range len(name) {
			if !yield(name[:i] + name[i+1:]) {
				return
			}
		}
	}
}

// find returns the index of the first node whose name is the misspelt one, or -1.
func (s *spellings) find(name string) int {
	first := -1
	for key := range spellingsOf(name) {
		for _, i := range s.byKey[key] {
			if first >= 0 && i >= first {
				break
			}
			if misspelt(name, s.nodes[i].Name) {
				first = i
			}
		}
	}
	return first
}
