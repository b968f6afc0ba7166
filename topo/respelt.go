package topo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A misspelling is a value of another type than the decoder wants, as people write it.
type misspelling struct {
	want  string                        // as the decoder calls what it wants
	write func(found *yaml.Node) string // the right spelling with the words of the file; "": unknown
}

var misspellings = []misspelling{
	{"a mapping from names to nodes", func(n *yaml.Node) string {
		return eachWord(n, "nodes: {%s}", "%s: {}")
	}},
	{"a mapping from names to interfaces", func(n *yaml.Node) string {
		return eachWord(n, "interfaces: {%s}", "%s: {}")
	}},
	{"a list of links", func(n *yaml.Node) string {
		return eachPair(n, "links: [%s]", "[%s, %s]")
	}},
	{"a list of routes", func(n *yaml.Node) string {
		if n.Kind == yaml.MappingNode && slices.ContainsFunc(n.Content, isRouteKey) {
			return eachPair(n, "routes: [{%s}]", "%s: %s")
		}
		return eachPair(n, "routes: [%s]", `"%s via %s"`)
	}},
	{"a dummy, which is a mapping", func(*yaml.Node) string { return "dummy: {}" }},
	{"a macvlan, which is a mapping", func(n *yaml.Node) string {
		return eachWord(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}, "macvlan: {link: %s}", "%s")
	}},
}

func isRouteKey(n *yaml.Node) bool {
	return slices.Contains([]string{"to", "via", "dev", "metric"}, n.Value)
}

// respelt returns a hint for a value of the wrong type, or "".
func respelt(n *yaml.Node, want string) string {
	for _, m := range misspellings {
		if m.want != want {
			continue
		}
		if text := m.write(n); text != "" {
			return "write " + text
		}
	}
	return ""
}

// eachWord formats the words of a list one by one, and then all. A hint is "" if there is
// more than words in the list.
func eachWord(list *yaml.Node, all, one string) string {
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return ""
	}
	var parts []string
	for _, n := range list.Content {
		if !isWord(n) {
			return ""
		}
		parts = append(parts, fmt.Sprintf(one, n.Value))
	}
	return fmt.Sprintf(all, strings.Join(parts, ", "))
}

// eachPair is eachWord for the keys and values of a mapping.
func eachPair(mapping *yaml.Node, all, one string) string {
	if mapping.Kind != yaml.MappingNode || len(mapping.Content) == 0 {
		return ""
	}
	var parts []string
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, found := mapping.Content[i], mapping.Content[i+1]
		if !isWord(key) || !isWord(found) {
			return ""
		}
		parts = append(parts, fmt.Sprintf(one, key.Value, found.Value))
	}
	return fmt.Sprintf(all, strings.Join(parts, ", "))
}

// word matches what needs no quotes in YAML: names, endpoints, addresses and prefixes.
var word = regexp.MustCompile(`^[\pL\pN][\pL\pN._:/-]{0,99}$`)

func isWord(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag != "!!bool" && word.MatchString(n.Value)
}

// indentHint returns a hint for a line of a block that begins in the wrong column, or "".
func indentHint(src *source, line int) string {
	if line < 1 {
		return ""
	}
	own := indentOf(src.line(line))
	before := lineAbove(src, line, func(string) bool { return true })
	if before == 0 {
		return ""
	}
	if was := indentOf(src.line(before)); was != own {
		return fmt.Sprintf("line %d is indented by %d, line %d by %d: the keys of a mapping, and the items of a list, begin in the same column",
			line, own, before, was)
	}
	key := lineAbove(src, line, func(text string) bool { return indentOf(text) < own })
	if key == 0 {
		return ""
	}
	return fmt.Sprintf("line %d is indented by %d, like the list above it, whose key in line %d is indented by %d", line, own, key, indentOf(src.line(key)))
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// lineAbove returns the number of the nearest line above another that holds more than a
// comment and that ok accepts; 0: there is none.
func lineAbove(src *source, line int, ok func(text string) bool) int {
	for line--; line > 0; line-- {
		if text := src.line(line); !isEmptyLine(text) && ok(text) {
			return line
		}
	}
	return 0
}

// isEmptyLine reports whether a line holds nothing, or a comment.
func isEmptyLine(line string) bool {
	text := strings.TrimSpace(line)
	return text == "" || strings.HasPrefix(text, "#")
}
