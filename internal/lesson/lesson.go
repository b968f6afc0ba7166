// Package lesson parses lessons: pages of Markdown with commands to type, checks of their
// effect, and questions. It is pure; the caller observes the kernel.
//
// A lesson is a list of steps, each with a heading. The work of a step is a [Task]: the
// commands that the page shows, and checks of the kernel's state, not of what was typed.
package lesson

import (
	"github.com/vethlab/vethlab/topo"
)

// A Lesson is one page.
type Lesson struct {
	Name    string // of the file, without .md
	Title   string
	About   string // one sentence, for the list of lessons
	Minutes int    // about how long it takes

	// DrawSolved: pictures are shown only after a task is done, as they would give away
	// the solution.
	DrawSolved bool

	Intro []Block
	Steps []Step
}

// A Step is a section with a heading of the second level.
type Step struct {
	Title  string
	Blocks []Block
	Pos    topo.Pos
}

// A Block is a part of a step: [Prose], [Code], [Setup], [Serve], [*Task] or
// [*Question].
type Block interface{ block() }

// Prose is text to read.
type Prose struct{ Paragraphs []Paragraph }

// A Paragraph is text without line breaks. `code` and **bold** are highlighted.
type Paragraph struct {
	Bullet string // of a list item: "-", "1." and the like
	Text   string
}

// Code is text that is shown verbatim.
type Code struct{ Lines []string }

// Setup is a shell script that runs hidden.
type Setup struct {
	Script string
	Pos    topo.Pos
}

// Serve is a web server in a namespace, up to the end of the lesson. It replies with the
// source address of the request.
type Serve struct {
	Namespace string
	Port      uint16
	Pos       topo.Pos
}

// A Task is what the learner does.
type Task struct {
	Commands []Command
	Hidden   bool     // the commands are a solution, which is not shown at first
	Fails    bool     // the commands must fail
	Expect   []string // in the output, if played automatically
	Checks   []Check  // none: the task is done after the commands
	Hints    []Prose
	Pos      topo.Pos
}

// A Command is one line for the shell.
type Command struct {
	Text string
	Pos  topo.Pos
}

// A Question is multiple choice or has an answer to type.
type Question struct {
	Text    Prose
	Options []Option // none: any of Answers is right
	Answers []string
	Why     Prose // shown after the answer
	Pos     topo.Pos
}

// An Option is one answer of a multiple choice.
type Option struct {
	Text  string
	Right bool
}

func (Prose) block()     {}
func (Code) block()      {}
func (Setup) block()     {}
func (Serve) block()     {}
func (*Task) block()     {}
func (*Question) block() {}

// Tasks returns the tasks of all steps in order.
func (l *Lesson) Tasks() []*Task {
	var list []*Task
	for _, s := range l.Steps {
		for _, b := range s.Blocks {
			if t, ok := b.(*Task); ok {
				list = append(list, t)
			}
		}
	}
	return list
}
