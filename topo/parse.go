package topo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const shortestLab = "the shortest lab is one line: links: [[a, b]]"

// Parse reads the contents of a lab file: YAML or JSON. The file's name is for
// messages and for the default name of the lab, and may be "-"; the file is not opened.
//
// The error is [Errors], which has all mistakes of the file.
func Parse(file string, data []byte) (*Topology, error) { return ParseAt(file, file, data) }

// ParseAt is [Parse] with a path, for the default name of the lab, and a shorter name
// of the file, for messages.
func ParseAt(path, file string, data []byte) (*Topology, error) {
	c := ParseChecked(path, file, data)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.described, nil
}

// ParseChecked is [ParseAt] for programs that go on with the result of the check.
func ParseChecked(path, file string, data []byte) *Checked {
	c := parse(path, file, data)
	c.file, c.data = file, data
	return c
}

// MustParse is [Parse] for text in a program; its file is called "lab". It
// panics if the text has mistakes.
func MustParse(text string) *Topology {
	t, err := Parse("lab", []byte(text))
	if err != nil {
		panic("topo: " + err.Error())
	}
	return t
}

func parse(path, file string, data []byte) *Checked {
	if len(data) > MaxFile {
		return unreadable(&Error{Pos: Pos{File: file}, Msg: "the file is larger than 4 MiB"})
	}
	if encoding := encodingOf(data); encoding != utf8Name {
		return unreadable(&Error{Pos: Pos{File: file}, Msg: fmt.Sprintf("the file is %s (want %s)", encoding, utf8Name)})
	}
	src := newSource(file, data)
	doc, second, err := load(data)
	if err != nil {
		return unreadable(syntaxError(src, data, err))
	}
	d := &decoder{source: src, places: make(map[string]Pos), texts: make(map[string]*yaml.Node), unread: newUnread()}
	d.checkTags(doc)
	t := d.topology(doc)
	if len(d.errs) > 0 && isShellScript(data) {
		return unreadable(&Error{Pos: d.errs[0].Pos, Msg: "want a lab, found a shell script", Hint: readsScripts})
	}
	if second != nil {
		d.fail(d.pos(second), "write each lab into a file of its own", "a lab file has one document, and here a second one begins")
	}
	if d.tooManyNodes(t) || d.tooLarge {
		return unreadable(d.errs[len(d.errs)-1])
	}
	if t.Name == "" {
		t.Name = defaultName(path)
	}
	c := newChecker(t)
	c.source, c.texts = src, d.texts
	c.places, c.unread = d.places, d.unread
	checked := c.checked()
	if d.apartErrs != len(d.errs) {
		checked.wiring = nil
	}
	checked.errs = append(d.errs, checked.errs...).sorted()
	return checked
}

// unreadable returns the result for a file that can't be read at all.
func unreadable(e *Error) *Checked { return &Checked{errs: Errors{e}} }

// load reads the only document of a file. If there is another one it is returned too.
func load(data []byte) (doc, second *yaml.Node, err error) {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, nil, err
	}
	doc, second = new(yaml.Node), new(yaml.Node)
	if err := loader.Load(doc); err != nil {
		return nil, nil, err
	}
	switch err := loader.Load(second); {
	case errors.Is(err, io.EOF):
		return doc, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return doc, second, nil
}

// syntaxError returns an error of the YAML library as an Error.
func syntaxError(src *source, data []byte, err error) *Error {
	e := &Error{Pos: Pos{File: src.file}, Msg: err.Error()}
	if several := (*yaml.LoadErrors)(nil); errors.As(err, &several) && len(several.Errors) > 0 {
		err = several.Errors[0]
		e.Msg = strings.TrimPrefix(several.Errors[0].Message, "yaml: ")
	}
	if errors.Is(err, io.EOF) {
		return &Error{Pos: Pos{File: src.file}, Msg: "the file is empty", Hint: shortestLab}
	}
	load := (*yaml.LoadError)(nil)
	if !errors.As(err, &load) || load.Message == "" {
		return e
	}
	e.Msg = "not valid YAML: " + strings.TrimPrefix(load.Message, "yaml: ")
	if load.ContextMsg != "" {
		e.Msg += " " + load.ContextMsg
		if begin := load.ContextMark.Line; begin > 0 && begin != load.Mark.Line {
			e.Msg += fmt.Sprintf(", begun in line %d", begin)
		}
	}
	mark := load.Mark
	if load.Stage == yaml.ReaderStage {
		// The reader reports a byte offset only.
		before := data[:min(mark.Index, len(data))]
		mark.Line = bytes.Count(before, []byte("\n")) + 1
		mark.Column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	}
	if mark.Line > 0 {
		e.Pos = src.place(mark.Line, mark.Column)
	}
	e.Hint = syntaxHint(src.line(e.Pos.Line))
	if e.Hint == "" && ofIndentation.MatchString(e.Msg) {
		e.Hint = indentHint(src, e.Pos.Line)
	}
	if isShellScript(data) {
		e.Hint = readsScripts
	}
	return e
}

// ofIndentation matches the errors of the YAML library that a wrong indentation causes.
var ofIndentation = regexp.MustCompile(`mapping values are not allowed|did not find expected (?:'-' indicator|key)`)

// unquotedBound matches a bound whose sign YAML reads as the start of a folded scalar.
var unquotedBound = regexp.MustCompile(`: *(>=? *[0-9][0-9.]* *[A-Za-z%]+)`)

// syntaxHint returns the likely fix for a line that is not valid YAML, or "".
func syntaxHint(line string) string {
	if strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
		return "YAML is indented by spaces, not by tabs"
	}
	if m := unquotedBound.FindStringSubmatch(line); m != nil {
		return fmt.Sprintf(`">" begins a folded text in YAML: write %q in quotes (or without a sign, which means at least)`, m[1])
	}
	return ""
}

const readsScripts = "vethlab import reads shell scripts"

// shellLine matches the first line of a shell script, and a command of iproute2. In a lab
// file such a command is indented.
var shellLine = regexp.MustCompile(`(?m)\A#!.*\b(?:ba|da|k|z)?sh\b|^(?:sudo )?ip (?:-[a-z]+ \S+ )?(?:netns|link|addr|address|route) `)

func isShellScript(data []byte) bool { return shellLine.Match(data) }

// defaultName makes the name of a lab from that of its file: "two.vethlab.yaml"
// is the lab "two", and "x/vethlab.yaml" the lab "x".
func defaultName(file string) string {
	base := filepath.Base(file)
	for _, ext := range []string{".yaml", ".yml", ".json"} {
		base = strings.TrimSuffix(base, ext)
	}
	if base == "vethlab" {
		base = filepath.Base(filepath.Dir(file))
	}
	base = strings.TrimSuffix(base, ".vethlab")
	name := strings.TrimLeft(strings.Map(func(r rune) rune {
		if nameRune(r) {
			return r
		}
		return '-'
	}, strings.ToValidUTF8(base, "-")), "-.")
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		return "lab"
	}
	return name
}
