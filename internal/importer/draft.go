// Package importer makes lab files of what others wrote: shell scripts, and the files
// of other tools that build networks.
//
// All come the same way: their commands are played on a State, one by one, and
// the State becomes a file at the end. Nothing is executed. What has no place in a
// lab file becomes a comment in it, with the place where it was found and the
// reason; nothing is lost unseen.
package importer

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vethlab/vethlab/internal/decompile"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A File is what others wrote.
type File struct {
	Name string
	Data []byte
	Lab  string // the lab's name if neither the user nor the file says one

	// Source returns the text of a file that this one reads commands from, by its
	// name as seen from where Name is.
	Source func(name string) (string, error)
}

// labName returns a title as the name of a lab.
func labName(title string) string {
	name := strings.Join(strings.FieldsFunc(title, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	}), "-")
	return strings.TrimLeft(name[:min(len(name), 64)], ".-")
}

// A Note is something that is not in the file.
type Note struct {
	At   shell.Pos // Line 0: no place in particular
	Text string    // the command, or what else it is about
	Why  string
	Node string // that it belongs to, "" if that is not known

	// Lost says that the lab is another one for it. Otherwise it is only as well
	// to know.
	Lost bool
}

// String returns the note as a line, whatever the commands and names in it are.
func (n Note) String() string {
	s := n.Why
	if n.Text != "" {
		s = n.Text + ": " + s
	}
	if n.At.File != "" && n.At.Line > 0 {
		s = n.At.String() + ": " + s
	}
	return escape.Line(s)
}

// A Draft is a lab that is being read.
type Draft struct {
	state    *state.State
	order    []state.Endpoint
	notes    []Note
	noted    map[Note]bool
	pings    []ping
	played   []played
	refused  map[state.Endpoint]shell.Pos // links that could not be made
	commands int
	fullest  snapshot
	ownMTU   map[state.Endpoint]bool         // bridges whose MTU somebody has set
	written  map[setting]string              // sysctls that a script has set
	aliases  map[state.Endpoint]netip.Prefix // addresses of eth0:1 and the like, by that name
	bare     bool                            // names need not stay: there were no namespaces before
	source   func(file string) (string, error)
}

// played is a command that is in the State.
type played struct {
	at   shell.Pos
	text string
	ops  plan.Plan
}

// snapshot is the lab as it was before something was deleted.
type snapshot struct {
	state *state.State
	order []state.Endpoint
	at    shell.Pos
}

var errNoSource = errors.New("there are no other files")

func newDraft(source func(string) (string, error)) *Draft {
	if source == nil {
		source = func(string) (string, error) { return "", errNoSource }
	}
	return &Draft{state: state.New(), noted: map[Note]bool{}, refused: map[state.Endpoint]shell.Pos{}, ownMTU: map[state.Endpoint]bool{}, written: map[setting]string{}, aliases: map[state.Endpoint]netip.Prefix{}, source: source}
}

// A Result is what became of something that was read.
type Result struct {
	Topology *topo.Topology
	Notes    []Note // in the order in which they came up
	Commands int    // how many commands there were, those of the notes among them

	unit string // what was counted; default "command"
}

// finish makes the file.
func (d *Draft) finish(name string) *Result {
	name = cmp.Or(labName(name), "lab")
	d.takeFullest()
	d.setBridgeMTUs()
	top, losses := decompile.Decompile(d.state, decompile.Options{Name: name, Order: d.order})
	for _, l := range losses {
		d.add(d.noteOf(l))
	}
	top.Name = name
	if d.bare {
		top.Prefix = nil
	}
	d.contract(top)
	r := &Result{Topology: top, Notes: d.notes, Commands: d.commands}
	if d.bare {
		r.unit = "statement"
	}
	return r
}

// noteMTUs remembers the bridges whose MTU a command sets.
func (d *Draft) noteMTUs(ops plan.Plan) {
	for _, op := range ops {
		if mtu, made := plan.MTU(op); made || mtu != 0 {
			d.ownMTU[op.At()] = mtu != 0
		}
	}
}

// setBridgeMTUs gives bridges the MTU that the kernel gives them: that of the port
// with the smallest, as long as nobody sets another.
func (d *Draft) setBridgeMTUs() {
	for name, ns := range d.state.Namespaces {
		for link, l := range ns.Links {
			if !l.Kind.Traits().MTUOfPorts || d.ownMTU[state.Endpoint{Namespace: name, Link: link}] {
				continue
			}
			least := 0
			for _, port := range ns.Links {
				if port.Master == link && (least == 0 || port.MTU < least) {
					least = port.MTU
				}
			}
			l.MTU = cmp.Or(least, state.DefaultMTU)
		}
	}
}

// noteOf finds the command that made what a file can't say.
func (d *Draft) noteOf(l decompile.Loss) Note {
	n := Note{Text: strings.TrimSpace(l.At.String() + " " + l.What), Why: l.Why, Node: l.At.Namespace, Lost: true}
	for _, p := range slices.Backward(d.played) {
		about := slices.ContainsFunc(p.ops, func(op plan.Op) bool {
			return op.At() == l.At || l.At.Link == "" && op.At().Namespace == l.At.Namespace
		})
		if about && (l.What == "" || strings.Contains(p.text, bare(l.What))) {
			n.At, n.Text = p.at, p.text
			return n
		}
	}
	return n
}

// bare returns an address or destination as a command may have it.
func bare(what string) string {
	a, bits, ok := strings.Cut(what, "/")
	switch {
	case ok && bits == "0":
		return "default"
	case ok && (bits == "32" || bits == "128"):
		return a
	}
	return what
}

// takeFullest goes back to the lab as it was at its best, where a script has
// removed everything at its end.
func (d *Draft) takeFullest() {
	if size(d.state) > 0 || d.fullest.state == nil {
		return
	}
	d.state, d.order = d.fullest.state, d.fullest.order
	d.notes = append(d.notes, Note{At: d.fullest.at, Why: "from here on all is removed again: the file has it as it was before"})
}

// size counts the namespaces and links that were made.
func size(s *state.State) int {
	n := 0
	for name, ns := range s.Namespaces {
		if name != state.Host {
			n++
		}
		n += len(ns.Links)
	}
	return n
}

// note notes something about a command.
func (d *Draft) note(c shell.Command, why string) {
	d.add(Note{At: c.At, Text: text(c), Why: why, Node: c.Where, Lost: true})
}

// maxNotes bounds the notes of a script that does the same again and again.
const maxNotes = 1000

// add adds a note, once: a loop may come to the same again and again.
func (d *Draft) add(n Note) {
	switch {
	case d.noted[n]:
	case len(d.noted) == maxNotes:
		n = Note{Why: fmt.Sprintf("after %d notes no more are written", maxNotes), Lost: true}
		d.notes = append(d.notes, n)
	case len(d.noted) < maxNotes:
		d.notes = append(d.notes, n)
	}
	d.noted[n] = true
}

// text returns a command as one would type it.
func text(c shell.Command) string {
	line := escape.ShellLine(c.Words)
	switch {
	case c.Where != "" && len(c.Words) > 1 && c.Words[0] == "ip":
		line = "ip -n " + escape.Shell(c.Where) + strings.TrimPrefix(line, "ip")
	case c.Where != "":
		line = "ip netns exec " + escape.Shell(c.Where) + " " + line
	}
	return line
}

// play reads a command and makes its changes. The exit status is what the command
// would have.
func (d *Draft) play(c shell.Command, words []string) shell.Result {
	d.commands++
	line := text(shell.Command{Words: words, Where: c.Where})
	ops, skipped, err := iproute2.ParseSkipping(line)
	if err != nil {
		d.refuse(c, words)
		d.note(c, reason(words, err))
		return shell.Result{}
	}
	if why := machines(ops); why != "" {
		d.note(c, why)
		return shell.Result{}
	}
	d.noteSkipped(c, ops, skipped)
	d.keepFullest(c, ops)
	next := d.state
	if len(ops) > 1 { // all or nothing; one that fails changes nothing anyway
		next = next.Clone()
	}
	for i, op := range ops {
		op = plan.Named(op, next) // the file names its links
		ops[i] = op
		if err := op.Play(next); err != nil {
			if !plan.Removes(op) { // that there is nothing to take away is how scripts begin
				d.note(c, d.because(op, err))
			}
			return shell.Result{Status: 2}
		}
	}
	d.state = next
	d.noteMTUs(ops)
	d.played = append(d.played, played{c.At, line, ops})
	d.extendOrder(ops)
	return shell.Result{}
}

// noteSkipped notes the options of a command that no Op holds, unless they are what
// the kernel does without them.
func (d *Draft) noteSkipped(c shell.Command, ops plan.Plan, skipped []string) {
	if slices.ContainsFunc(ops, plan.Removes) {
		return
	}
	lost := slices.DeleteFunc(skipped, func(words string) bool {
		return words == "proto boot" || slices.ContainsFunc(ops, func(op plan.Op) bool { return words == "label "+op.At().Link })
	})
	if len(lost) > 0 {
		d.note(c, fmt.Sprintf("a lab file has no place for %q", strings.Join(lost, " ")))
	}
}

// machines says what of the machine itself a command would change that is not the
// lab's to change, or "".
func machines(ops plan.Plan) string {
	for _, op := range ops {
		if why := plan.NotOnHost(op); why != "" {
			return why
		}
	}
	return ""
}

// reason says why a command is not understood.
func reason(words []string, err error) string {
	if i := slices.Index(words, "type"); i > 0 && i+1 < len(words) && slices.Contains(words[:i], "add") &&
		strings.Contains(err.Error(), strconv.Quote(words[i+1])) {
		return "a lab file has no links of the kind " + words[i+1]
	}
	return err.Error()
}

// because says why an Op can't be made.
func (d *Draft) because(op plan.Op, err error) string {
	at := op.At()
	if d.state.Link(at) == nil && at.Link != "" {
		if pos, ok := d.refused[at]; ok {
			return fmt.Sprintf("%s is not in the file, see line %d", at, pos.Line)
		}
		if at.Namespace == state.Host {
			return fmt.Sprintf("%s is made by nobody here, and what is the machine's own is no part of a lab", at.Link)
		}
	}
	return err.Error()
}

// refuse remembers that a link could not be made.
func (d *Draft) refuse(c shell.Command, words []string) {
	i := slices.Index(words, "add")
	if i < 1 || !strings.HasPrefix("link", words[i-1]) || i+1 == len(words) {
		return
	}
	ns := c.Where
	if n := slices.Index(words[:i], "-n"); n >= 0 {
		ns = words[n+1]
	}
	name := words[i+1]
	if j := slices.Index(words, "name"); j > 0 && j+1 < len(words) && j == i+1 {
		name = words[j+1]
	}
	d.refused[state.Endpoint{Namespace: ns, Link: name}] = c.At
}

func (d *Draft) keepFullest(c shell.Command, ops plan.Plan) {
	removes := slices.ContainsFunc(ops, plan.Deletes)
	if n := size(d.state); removes && n > 0 && (d.fullest.state == nil || n >= size(d.fullest.state)) {
		d.fullest = snapshot{d.state.Clone(), slices.Clone(d.order), c.At}
	}
}

// extendOrder puts what is new at the end of the order of the file.
func (d *Draft) extendOrder(ops plan.Plan) {
	for _, op := range ops {
		for _, b := range plan.Births(op) {
			if b.Link.Link == state.Lo { // the namespace itself
				b.Link.Link = ""
			}
			d.order = append(d.order, b.Link)
		}
	}
}
