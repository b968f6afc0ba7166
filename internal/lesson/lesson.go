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

	// Solved says that no picture is to be shown but of what has been done: it
	// would tell what the learner is to find out.
	Solved bool

	Intro []Block
	Steps []Step
}

// A Step is what stands under one heading of the second level.
type Step struct {
	Title  string
	Blocks []Block
	Pos    topo.Pos
}

// A Block is a part of a step: [Prose], [Code], [Setup], [Serve], [*Task] or
// [*Question].
type Block interface{ block() }

// Prose is text that is read.
type Prose struct{ Paragraphs []Paragraph }

// A Paragraph is text without line breaks. Words between backquotes and between
// pairs of asterisks stand out.
type Paragraph struct {
	Bullet string // "-", "1." and the like, of an item of a list
	Text   string
}

// Code is text that is shown as it is.
type Code struct{ Lines []string }

// Setup is a shell script that is run without being shown.
type Setup struct {
	Script string
	Pos    topo.Pos
}

// Serve is a web server that runs from then on in a namespace, and tells who asks
// from which address he was seen.
type Serve struct {
	Namespace string
	Port      uint16
	Pos       topo.Pos
}

// A Task is what is to be done.
type Task struct {
	Commands []Command
	Hidden   bool // the commands are a solution, which is not shown at first
	Fails    bool // the commands are meant to fail
	Expect   []string
	Checks   []Check // none: the commands are but to be seen
	Hints    []Prose
	Pos      topo.Pos
}

// A Command is one line for the shell.
type Command struct {
	Text string
	Pos  topo.Pos
}

// A Question is asked and answered in words.
type Question struct {
	Text    Prose
	Options []Option // none: any of Answers is to be typed
	Answers []string
	Why     Prose // what is said when it has been answered
	Pos     topo.Pos
}

// An Option is one of the answers to choose from.
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
