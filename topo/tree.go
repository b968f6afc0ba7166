package topo

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/escape"
)

// A tree is a piece of a file: a scalar, a list or a mapping.
type tree struct {
	text  string // of a scalar, or of lines
	list  []tree
	keys  []string // of a mapping; its values are in list
	kind  treeKind
	open  bool // has a line for each item, however short
	named bool // keys are the user's, not ours

	comments map[string][]string // above keys
}

type treeKind int

const (
	scalar treeKind = iota
	list
	mapping
	lines // text as it is, line by line
)

// add puts one of our keys into a mapping.
func (t *tree) add(key string, v tree) {
	t.keys = append(t.keys, key)
	t.list = append(t.list, v)
}

// addNamed puts a key of the user's into a mapping that has none of ours.
func (t *tree) addNamed(name string, v tree) {
	t.named = true
	t.add(name, v)
}

// entry returns the i-th key of a mapping with its colon. What is below it has
// the indent; "": it is in the same line.
func (t tree) entry(i int, indent string) string {
	if t.named {
		return escape.YAMLEntry(t.keys[i], indent)
	}
	return t.keys[i] + ":"
}

// addText puts a scalar into a mapping unless it is empty.
func (t *tree) addText(key, s string) {
	if s != "" {
		t.add(key, text(s))
	}
}

// addNumber puts a number into a mapping unless it is zero.
func (t *tree) addNumber(key string, n int) {
	if n != 0 {
		t.add(key, text(strconv.Itoa(n)))
	}
}

// addDuration puts a time into a mapping unless it is zero.
func (t *tree) addDuration(key string, d Duration) {
	if d != 0 {
		t.add(key, text(d.String()))
	}
}

// addTruth puts true into a mapping.
func (t *tree) addTruth(key string, is bool) {
	if is {
		t.add(key, truth(is))
	}
}

// addNames puts a word or a list of words into a mapping.
func (t *tree) addNames(key string, names []string) {
	switch len(names) {
	case 0:
	case 1:
		t.add(key, text(names[0]))
	default:
		t.add(key, texts(names))
	}
}

// addList puts a list into a mapping unless it is empty.
func (t *tree) addList(key string, items tree) {
	if items.kind = list; len(items.list) > 0 {
		t.add(key, items)
	}
}

// addSubnets puts a prefix or several into a mapping.
func (t *tree) addSubnets(ps []netip.Prefix) {
	if len(ps) > 0 {
		t.add("subnet", prefixes(ps))
	}
}

func text(s string) tree { return tree{text: escape.YAML(s)} }

func truth(is bool) tree { return tree{text: strconv.FormatBool(is)} }

func texts(ss []string) tree { return tree{kind: list, list: trees(ss, text)} }

// prefixes returns one prefix as it is and any other number as a list.
func prefixes(ps []netip.Prefix) tree {
	if len(ps) == 1 {
		return text(ps[0].String())
	}
	t := tree{kind: list}
	for _, p := range ps {
		t.list = append(t.list, text(p.String()))
	}
	return t
}

// treeOf returns the value of a setting.
func treeOf(v any) tree {
	switch v := v.(type) {
	case settingList:
		t := tree{kind: mapping}
		for _, s := range v {
			t.add(s.key, treeOf(s.value))
		}
		return t
	case []netip.Prefix:
		return prefixes(v)
	case []string:
		return texts(v)
	case bool:
		return truth(v)
	}
	return text(fmt.Sprint(v))
}

// maxFlow is how long a line may be, in characters, before it is broken up.
const maxFlow = 90

// block writes the tree over several lines, except for what fits into one.
func (t tree) block(b *strings.Builder, indent int) {
	for i, v := range t.list {
		margin := strings.Repeat("  ", indent)
		head := margin + "-"
		if t.kind == mapping {
			writeComments(b, margin, t.comments[t.keys[i]])
			head = margin + t.entry(i, "\n"+margin)
		}
		if v.kind == lines {
			b.WriteString(head + " " + escape.YAMLBlock(v.text, margin+"  "))
			continue
		}
		if v.hasLines() {
			b.WriteString(head + "\n")
			v.block(b, indent+1)
			continue
		}
		flow := v.flow()
		short := utf8.RuneCountInString(head)+1+utf8.RuneCountInString(flow) <= maxFlow
		if v.kind == scalar || len(v.list) == 0 || t.kind == list || short && !v.open {
			b.WriteString(head + " " + flow + "\n")
			continue
		}
		b.WriteString(head + "\n")
		v.block(b, indent+1)
	}
}

// flow returns the tree in one line.
func (t tree) flow() string {
	if t.kind == scalar {
		return t.text
	}
	items := make([]string, len(t.list))
	for i, v := range t.list {
		items[i] = v.flow()
		if t.kind == mapping {
			items[i] = t.entry(i, "") + " " + items[i]
		}
	}
	if t.kind == mapping {
		return "{" + strings.Join(items, ", ") + "}"
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// writeComments writes comments, a line each.
func writeComments(b *strings.Builder, margin string, comments []string) {
	for _, c := range comments {
		b.WriteString(margin + escape.YAMLComment(c) + "\n")
	}
}
