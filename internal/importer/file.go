package importer

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// File returns the text of the lab file, with comments for what is not imported.
func (r *Result) File() []byte {
	t := r.Topology.Clone()
	comments := r.comments(t)
	return t.FormatWith(comments)
}

// comments returns the notes by node, "" for the lab. It adds nodes to t that only
// links name, so that comments can stand at them.
func (r *Result) comments(t *topo.Topology) topo.Comments {
	comments := topo.Comments{}
	listed, linked := map[string]bool{}, map[string]bool{}
	for i := range t.Nodes {
		listed[t.Nodes[i].Name] = true
	}
	for _, l := range t.Links {
		linked[l.Endpoints[0].Node], linked[l.Endpoints[1].Node] = true, true
	}
	for _, n := range r.Notes {
		node := ""
		if name := nodeName(t, n.Node); n.Node != "" && (listed[name] || linked[name]) {
			node = name
			if !listed[name] {
				t.Nodes = append(t.Nodes, topo.Node{Name: name})
				listed[name] = true
			}
		}
		comments[node] = append(comments[node], comment(n))
	}
	return comments
}

// comment returns a note as a comment of the lab file.
func comment(n Note) string {
	if n.Lost {
		return "not imported: " + n.String()
	}
	return n.String()
}

// FromScript reports whether the source is a shell script.
func (r *Result) FromScript() bool { return r.unit == command }

// Lost returns the notes of what is not imported.
func (r *Result) Lost() []Note {
	var lost []Note
	for _, n := range r.Notes {
		if n.Lost {
			lost = append(lost, n)
		}
	}
	return lost
}

// Summary returns what is lost in one line, or "" if nothing is: of a script "3 of 41 commands
// are not imported". Of another tool's file only the lost items are counted, which may be
// several in one statement; of running namespaces the lost facts.
func (r *Result) Summary() string {
	lost := len(r.Lost())
	if lost == 0 {
		return ""
	}
	is := "are"
	if lost == 1 {
		is = "is"
	}
	if r.unit != command {
		return fmt.Sprintf("%s %s not imported", words.Plural(lost, r.unit), is)
	}
	return fmt.Sprintf("%d of %s %s not imported", lost, words.Plural(max(r.Commands, lost), r.unit), is)
}
