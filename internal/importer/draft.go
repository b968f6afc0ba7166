// Package importer makes lab files of shell scripts and of the topology files of other
// tools.
//
// A topology file is translated into commands. Commands are applied to a State, which
// is decompiled into a lab file at the end; nothing is executed. What a lab file does
// not support becomes a comment in it, with file, line and reason.
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

// A File is a script or topology file to import.
type File struct {
	Name string
	Data []byte
	Lab  string // default name of the lab

	// Source returns the text of a file that this one includes. Its name is relative
	// to the folder of Name.
	Source func(name string) (string, error)
}

// labName makes a valid name of a lab of a title.
func labName(title string) string {
	name := strings.Join(strings.FieldsFunc(title, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	}), "-")
	return strings.TrimLeft(name[:min(len(name), 64)], ".-")
}

// A Note is a remark on a command, mostly that and why it is not imported.
type Note struct {
	At   shell.Pos // Line 0: unknown
	Text string    // the command or thing that it is about
	Why  string
	Node string // where its comment stands in the file; "": at the top

	// Lost says that the lab differs from the source. Other notes only inform.
	Lost bool
}

// String returns the note as one line, with control characters of the source escaped.
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

// A Draft is a lab while its source is being read.
type Draft struct {
	state     *state.State
	order     []state.Endpoint
	notes     []Note
	noted     map[Note]bool
	pings     []ping
	applied   []applied
	refused   map[state.Endpoint]shell.Pos // links whose commands were not understood
	commands  int
	fullest   snapshot
	exit      *snapshot // as it was before the script's trap of EXIT; nil: there is none
	exits     bool      // that trap has deleted something
	restored  restored
	ownMTU    map[state.Endpoint]bool         // bridges whose MTU a command has set
	written   map[sysctlKey]string            // values of sysctls that commands have set
	files     map[fileKey]madeFile            // that the script has made or deleted
	aliases   map[state.Endpoint]netip.Prefix // addresses of ifconfig's aliases such as eth0:1
	bare      bool                            // the source does not name namespaces, so the default prefix fits
	nextPort  map[string]int                  // number of the next port, by switch
	processes map[string]string               // namespaces that background processes make, by their number
	source    func(file string) (string, error)
	from      string         // name of the source
	budget    *shell.Budget  // of all scripts in the source
	runs      int            // commands so far
	tooLarge  *TooLargeError // nil: not yet
}

// applied is a command that has been applied to the State.
type applied struct {
	at   shell.Pos
	text string
	ops  plan.Plan
}

// snapshot is the lab as it was before something was deleted: after the first applied
// commands, of which nothing was refused.
type snapshot struct {
	applied, order int // number of applied commands, and length of the order
	size           int // see size; 0: there is none
	at             shell.Pos
}

// restored is the State after the first applied commands, from which a later one is
// restored.
type restored struct {
	state   *state.State // nil: nothing is applied
	applied int
}

// restore returns the State after the first n applied commands.
func (d *Draft) restore(n int) *state.State {
	if d.restored.state == nil || d.restored.applied > n {
		d.restored = restored{state: flat()}
	}
	for _, a := range d.applied[d.restored.applied:n] {
		_ = a.ops.Apply(d.restored.state) // it did not fail at first
	}
	d.restored.applied = n
	s := d.restored.state.Clone()
	s.Flat = d.restored.state.Flat
	return s
}

var errNoSource = errors.New("cannot read other files here")

func newDraft(from string, source func(string) (string, error)) *Draft {
	if source == nil {
		source = func(string) (string, error) { return "", errNoSource }
	}
	return &Draft{from: from, budget: shell.NewBudget(), state: flat(), noted: map[Note]bool{}, refused: map[state.Endpoint]shell.Pos{}, ownMTU: map[state.Endpoint]bool{}, written: map[sysctlKey]string{}, files: map[fileKey]madeFile{}, aliases: map[state.Endpoint]netip.Prefix{}, nextPort: map[string]int{}, processes: map[string]string{}, source: source}
}

// A Result is an imported lab.
type Result struct {
	Topology *topo.Topology
	Notes    []Note // in the order of the source
	Commands int    // number of commands read, including lost ones

	unit string // what Notes are about
}

// The units of what is lost.
const (
	command = "command" // of a script
	item    = "item"    // of another tool's file
	fact    = "fact"    // of a running namespace
)

// finish decompiles the State into the Result. It fails if the lab has more nodes or links
// than a lab file.
func (d *Draft) finish(name string) (*Result, error) {
	if d.countAll(shell.Pos{File: d.from}); d.tooLarge != nil {
		return nil, d.tooLarge
	}
	name = cmp.Or(labName(name), "lab")
	d.takeFullest()
	d.setBridgeMTUs()
	top, losses := decompile.Decompile(d.state, decompile.Options{Name: name, Order: d.order})
	about := d.commandsAbout()
	for _, l := range losses {
		d.add(noteOf(l, about[l.At]))
	}
	top.Name = name
	if d.bare {
		top.Prefix = nil
	}
	d.addTests(top)
	r := &Result{Topology: top, Notes: d.notes, Commands: d.commands, unit: command}
	if d.bare {
		r.unit = item
	}
	return r, r.checkSize(d.from)
}

// recordMTUs records the bridges whose MTU a command sets.
func (d *Draft) recordMTUs(ops plan.Plan) {
	for _, op := range ops {
		if t := op.Traits(); t.Kind != "" || t.MTU != 0 {
			d.ownMTU[op.At()] = t.MTU != 0
		}
	}
}

// setBridgeMTUs sets the MTU of bridges as the kernel does: the smallest MTU of the
// ports, unless a command has set one.
func (d *Draft) setBridgeMTUs() {
	for name, ns := range d.state.Namespaces {
		least := map[string]int{} // of the ports, by bridge
		for _, port := range ns.Links {
			if mtu, ok := least[port.Master]; !ok || port.MTU < mtu {
				least[port.Master] = port.MTU
			}
		}
		for link, l := range ns.Links {
			if l.Kind.Traits().MTUOfPorts && !d.ownMTU[state.Endpoint{Namespace: name, Link: link}] {
				l.MTU = cmp.Or(least[link], state.DefaultMTU)
			}
		}
	}
}

// commandsAbout returns the applied commands by the links that they change, and by the
// namespaces, in order.
func (d *Draft) commandsAbout() map[state.Endpoint][]*applied {
	about := map[state.Endpoint][]*applied{}
	for i := range d.applied {
		a := &d.applied[i]
		for _, op := range a.ops {
			at := op.At()
			about[at] = append(about[at], a)
			if at.Link != "" {
				ns := state.Endpoint{Namespace: at.Namespace}
				about[ns] = append(about[ns], a)
			}
		}
	}
	return about
}

// noteOf returns the note of a loss, with the last of the commands that configured it.
func noteOf(l decompile.Loss, commands []*applied) Note {
	n := Note{Text: strings.TrimSpace(l.At.String() + " " + l.What), Why: l.Why, Node: l.At.Namespace, Lost: true}
	for _, a := range slices.Backward(commands) {
		if l.What == "" || strings.Contains(a.text, bare(l.What)) {
			n.At, n.Text = a.at, a.text
			return n
		}
	}
	return n
}

// bare returns an address or destination as commands abbreviate it.
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

// takeFullest goes back to the largest lab that there was, if the script has removed
// everything at its end, and to the lab before its trap of EXIT, if that deletes some of it.
func (d *Draft) takeFullest() {
	if d.exits && d.exit.size > 0 {
		d.state, d.order = d.restore(d.exit.applied), d.order[:d.exit.order]
		d.notes = append(d.notes, Note{At: d.exit.at, Why: "the script's trap deletes links or namespaces at its end: the file has the lab before that"})
		return
	}
	if size(d.state) > 0 || d.fullest.size == 0 {
		return
	}
	d.state, d.order = d.restore(d.fullest.applied), d.order[:d.fullest.order]
	d.notes = append(d.notes, Note{At: d.fullest.at, Why: "the script removes everything from here on: the file has the lab before that"})
}

// size returns the number of namespaces and links, without the host namespace itself.
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

// note notes that and why a command is lost.
func (d *Draft) note(c shell.Command, why string) {
	d.add(Note{At: c.At, Text: text(c), Why: why, Node: c.Where, Lost: true})
}

// noteFailure notes that a command fails. It returns a function that takes the note back, nil
// if there is one already.
func (d *Draft) noteFailure(c shell.Command, why string) (takeBack func()) {
	n := Note{At: c.At, Text: text(c), Why: why, Node: c.Where, Lost: true}
	if d.noted[n] {
		return nil
	}
	d.add(n)
	return func() {
		delete(d.noted, n)
		d.notes = slices.DeleteFunc(d.notes, func(other Note) bool { return other == n })
	}
}

// maxNotes bounds the notes of a script with loops.
const maxNotes = 1000

// add adds a note unless it has been added before, as in a loop.
func (d *Draft) add(n Note) {
	switch {
	case d.noted[n]:
	case len(d.noted) == maxNotes:
		n = Note{Why: fmt.Sprintf("more than %d notes: the others are left out", maxNotes), Lost: true}
		d.notes = append(d.notes, n)
	case len(d.noted) < maxNotes:
		d.notes = append(d.notes, n)
	}
	d.noted[n] = true
}

// text returns a command as it is typed.
func text(c shell.Command) string {
	c.Words = marked(c.Words)
	line := escape.ShellLine(c.Words)
	switch {
	case c.Where != "" && len(c.Words) > 1 && c.Words[0] == "ip":
		line = "ip -n " + escape.Shell(c.Where) + strings.TrimPrefix(line, "ip")
	case c.Where != "":
		line = "ip netns exec " + escape.Shell(c.Where) + " " + line
	}
	return line
}

// apply parses a command and applies it to the State. It returns the exit status that
// the command would have.
func (d *Draft) apply(c shell.Command, words []string) shell.Result {
	d.commands++
	line := text(shell.Command{Words: words, Where: c.Where})
	ops, skipped, err := iproute2.ParseSkipping(line)
	if err != nil {
		d.refuse(c, words)
		d.note(c, reason(words, err))
		return shell.Result{}
	}
	if why := notOnHost(ops); why != "" {
		d.note(c, why)
		return shell.Result{}
	}
	d.noteSkipped(c, ops, skipped)
	d.keepFullest(c, ops)
	for i, op := range ops {
		op = plan.Named(op, d.state) // lab files need names of links
		ops[i] = op
		if what := plan.KernelMade(op, d.state); what != "" {
			d.note(c, fmt.Sprintf("the kernel adds %s itself, and a lab keeps it", what))
		}
		if err := op.Apply(d.state); err != nil {
			failed := shell.Result{Status: 2}
			if !op.Traits().Removes { // scripts begin by deleting what may not exist
				failed.Handled = d.noteFailure(c, d.opReason(op, err))
			}
			if i > 0 { // all or nothing; a single Op that fails changes nothing
				d.state = d.restore(len(d.applied))
			}
			return failed
		}
	}
	d.recordMTUs(ops)
	d.applied = append(d.applied, applied{c.At, line, ops})
	d.extendOrder(c.At, ops)
	return shell.Result{}
}

// noteSkipped notes the options of a command that Ops do not support, unless they are
// the kernel's defaults.
func (d *Draft) noteSkipped(c shell.Command, ops plan.Plan, skipped []string) {
	if slices.ContainsFunc(ops, func(op plan.Op) bool { return op.Traits().Removes }) {
		return
	}
	lost := slices.DeleteFunc(skipped, func(words string) bool {
		return words == "proto boot" || slices.ContainsFunc(ops, func(op plan.Op) bool { return words == "label "+op.At().Link })
	})
	if len(lost) > 0 {
		d.note(c, fmt.Sprintf("lab files do not support %q", strings.Join(lost, " ")))
	}
}

// notOnHost returns why labs do not make one of the Ops in the host namespace, or "".
func notOnHost(ops plan.Plan) string {
	for _, op := range ops {
		if why := plan.NotOnHost(op); why != "" {
			return why
		}
	}
	return ""
}

// reason returns why a command is not understood.
func reason(words []string, err error) string {
	if i := slices.Index(words, "type"); i > 0 && i+1 < len(words) && slices.Contains(words[:i], "add") &&
		strings.Contains(err.Error(), strconv.Quote(words[i+1])) {
		return "lab files do not support links of kind " + words[i+1]
	}
	return err.Error()
}

// opReason returns why an Op fails.
func (d *Draft) opReason(op plan.Op, err error) string {
	at := op.At()
	if d.state.Link(at) == nil && at.Link != "" && len(op.Traits().NewLinks) == 0 {
		if pos, ok := d.refused[at]; ok {
			return fmt.Sprintf("%s is not imported, see line %d", at, pos.Line)
		}
		if at.Namespace == state.Host {
			return fmt.Sprintf("%s is a link of the host that the script does not make, so it is not part of the lab", at.Link)
		}
	}
	return err.Error()
}

// refuse records the link that a command would make which is not understood.
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
	if j := slices.Index(words[i:], "name"); j > 0 && i+j+1 < len(words) {
		name = words[i+j+1]
	}
	d.refused[state.Endpoint{Namespace: ns, Link: name}] = c.At
}

// extendOrder appends new namespaces and links to the order of the lab file.
func (d *Draft) extendOrder(at shell.Pos, ops plan.Plan) {
	for _, op := range ops {
		for _, b := range op.Traits().NewLinks {
			if b.Link.Link == state.Lo { // the namespace itself
				b.Link.Link = ""
			}
			d.order = append(d.order, b.Link)
			d.countLinks(at, b.Link.Namespace)
		}
	}
	d.countNodes(at)
}
