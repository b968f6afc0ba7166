package topo

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// standardTags has the tags of YAML's core schema, by the kind of value that each is for. A
// lab file needs none of them.
var standardTags = map[string]yaml.Kind{
	"!!map": yaml.MappingNode, "!!seq": yaml.SequenceNode, "!!str": yaml.ScalarNode, "!!int": yaml.ScalarNode,
	"!!float": yaml.ScalarNode, "!!bool": yaml.ScalarNode, "!!null": yaml.ScalarNode, "!!merge": yaml.ScalarNode,
}

// scalarsOf has all values of the standard types that have few.
var scalarsOf = map[string][]string{
	"!!bool":  {"true", "True", "TRUE", "false", "False", "FALSE"},
	"!!null":  {"", "~", "null", "Null", "NULL"},
	"!!merge": {"<<"},
}

// checkTags reports each explicit tag that is not standard, and each that contradicts its
// value: the decoder reads values as they are written and would ignore both.
func (d *decoder) checkTags(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle != 0 {
		switch kind, standard := standardTags[n.Tag]; {
		case !standard:
			d.fail(d.pos(n), "remove the tag", "unknown YAML tag %q", n.Tag)
		case kind != n.Kind || !hasScalar(n.Tag, n.Value):
			d.fail(d.pos(n), "remove the tag", "the YAML tag %q does not fit %s", n.Tag, describeUntagged(n))
		}
	}
	for _, c := range n.Content { // without the targets of aliases, which are other parts of the tree
		d.checkTags(c)
	}
}

// hasScalar reports whether a standard type has a value. It is true for other tags.
func hasScalar(tag, value string) bool {
	if values, few := scalarsOf[tag]; few {
		return slices.Contains(values, value)
	}
	if tag != "!!int" && tag != "!!float" {
		return true
	}
	_, errInt := strconv.ParseInt(value, 0, 64)
	_, errFloat := strconv.ParseFloat(value, 64)
	return errInt == nil || errFloat == nil
}

// describeUntagged describes a value without regard to its tag.
func describeUntagged(n *yaml.Node) string {
	untagged := *n
	untagged.Tag = ""
	return describe(&untagged)
}
