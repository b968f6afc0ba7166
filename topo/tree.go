package topo

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/escape"
)

// A tree is a YAML value to write: a scalar, a list, a mapping, or lines of text.
type tree struct {
	text  string // of a scalar, or of lines
	list  []tree
	keys  []string // of a mapping; its values are in list
	kind  treeKind
	open  bool // each item gets its own line, however short
	named bool // the keys are names in the lab and may need quotes

	comments map[string][]string // above keys
}

type treeKind int

const (
	scalar treeKind = iota
	list
	mapping
	lines // a YAML block of text
)

// add adds a fixed key to a mapping.
func (t *tree) add(key string, v tree) {
	t.keys = append(t.keys, key)
	t.list = append(t.list, v)
}

// addNamed adds a name as a key to a mapping without fixed keys.
func (t *tree) addNamed(name string, v tree) {
	t.named = true
	t.add(name, v)
}

// entry returns the i-th key of a mapping with its colon. Indent is that of the lines
// below it; "" if its value is in the same line.
func (t tree) entry(i int, indent string) string {
	if t.named {
		return escape.YAMLEntry(t.keys[i], indent)
	}
	return t.keys[i] + ":"
}

// addText adds a scalar to a mapping unless it is empty.
func (t *tree) addText(key, s string) {
	if s != "" {
		t.add(key, text(s))
	}
}

// addNumber adds a number to a mapping unless it is zero.
func (t *tree) addNumber(key string, n int) {
	if n != 0 {
		t.add(key, text(strconv.Itoa(n)))
	}
}

// addDuration adds a time to a mapping unless it is zero.
func (t *tree) addDuration(key string, d Duration) {
	if d != 0 {
		t.add(key, text(d.String()))
	}
}

// addBool adds a boolean to a mapping unless it is false.
func (t *tree) addBool(key string, is bool) {
	if is {
		t.add(key, boolean(is))
	}
}

// addNames adds a word or a list of words to a mapping.
func (t *tree) addNames(key string, names []string) {
	switch len(names) {
	case 0:
	case 1:
		t.add(key, text(names[0]))
	default:
		t.add(key, texts(names))
	}
}

// addList adds a list to a mapping unless it is empty.
func (t *tree) addList(key string, items tree) {
	if items.kind = list; len(items.list) > 0 {
		t.add(key, items)
	}
}

// addSubnets adds a prefix or several to a mapping.
func (t *tree) addSubnets(ps []netip.Prefix) {
	if len(ps) > 0 {
		t.add("subnet", prefixes(ps))
	}
}

func text(s string) tree { return tree{text: escape.YAML(s)} }

func boolean(is bool) tree { return tree{text: strconv.FormatBool(is)} }

func texts(ss []string) tree { return tree{kind: list, list: trees(ss, text)} }

// prefixes returns one prefix as a scalar, and otherwise a list.
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
		return boolean(v)
	}
	return text(fmt.Sprint(v))
}

// maxFlow is the maximum length of a line in flow style, in characters.
const maxFlow = 90

// block writes the tree in YAML's block style, values that fit into a line in flow style.
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

// flow returns the tree in YAML's flow style, in one line.
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

// writeComments writes each comment as one line.
func writeComments(b *strings.Builder, margin string, comments []string) {
	for _, c := range comments {
		b.WriteString(margin + escape.YAMLComment(c) + "\n")
	}
}
