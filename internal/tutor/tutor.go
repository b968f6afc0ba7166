// Package tutor plays a lesson: it shows the page step by step, lets the learner type and
// run commands, checks their effect, and asks questions.
//
// Commands run on a [Machine], and the learner reads and types at a [Terminal]; tests
// implement both without a kernel. Package machine has the real machine.
package tutor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// A Machine is where commands are run and what they change.
type Machine interface {
	// Run runs a command of the learner's, who sees what it writes. With keep
	// that is also returned.
	Run(ctx context.Context, command string, keep bool) (output string, code int, err error)

	// Quiet runs a shell script that nobody sees. Its output is part of the error.
	Quiet(ctx context.Context, script string) (output string, err error)

	// Serve runs a web server until the lesson is over.
	Serve(ctx context.Context, s lesson.Serve) error

	// Shell lets the learner look around in a shell until he leaves it.
	Shell(ctx context.Context) error

	// World looks at the kernel, also at settings by their keys.
	World(ctx context.Context, sysctls []string) (lesson.World, error)
}

// A Terminal is where the learner reads and types.
type Terminal interface {
	// Say writes text.
	Say(text string)

	// Ask writes a prompt and returns the line that is typed. [io.EOF]: the
	// learner leaves. When ctx ends Ask returns its error.
	Ask(ctx context.Context, prompt string) (string, error)

	// Type writes a command behind a prompt as if it were typed.
	Type(prompt, command string)

	// Read gives time to read what has been said.
	Read(text string)

	// Width is how many columns there are for text.
	Width() int

	// Paint makes words stand out.
	Paint(style Style, text string) string
}

// A Style is how words stand out.
type Style int

// The styles.
const (
	Heading Style = iota
	Strong        // between asterisks
	Code          // between backquotes
	Typed         // commands
	Quietly       // what may be overlooked
	Right
	Wrong
)

// A Player plays one lesson.
type Player struct {
	Lesson   *lesson.Lesson
	Machine  Machine
	Terminal Terminal
	Lang     words.Lang
	Auto     bool // nobody is there: everything is typed and answered by itself

	// Patience is how long a check may take to come true behind a command: a
	// namespace that is deleted takes its links along a moment later.
	Patience time.Duration

	// Draw makes a picture of what is there, of at most so many columns.
	Draw func(s *state.State, width int) string

	drawn string // the picture that was shown last
}

// ErrQuit says that the learner has left before the end.
var ErrQuit = errors.New("the lesson was left before its end")

// A MissError is a lesson that does not do what it says, found when it is played
// by itself.
type MissError struct{ Where, What string }

func (e *MissError) Error() string { return e.Where + ": " + e.What }

func miss(where fmt.Stringer, format string, args ...any) error {
	return &MissError{where.String(), fmt.Sprintf(format, args...)}
}

// Play plays the lesson to its end. The error is [ErrQuit], or with Auto a
// [*MissError], or one of the machine's.
func (p *Player) Play(ctx context.Context) error {
	p.heading(p.Lesson.Title)
	if !p.Auto {
		p.note(texts.welcome)
	}
	for _, b := range p.Lesson.Intro {
		if err := p.block(ctx, b); err != nil {
			return p.left(err)
		}
	}
	for i, s := range p.Lesson.Steps {
		if err := p.step(ctx, i, s); err != nil {
			return p.left(err)
		}
	}
	p.note(texts.end)
	return nil
}

// left says good-bye to a learner who leaves.
func (p *Player) left(err error) error {
	if errors.Is(err, io.EOF) {
		err = ErrQuit
	}
	if errors.Is(err, ErrQuit) {
		p.note(texts.bye)
	}
	return err
}

func (p *Player) step(ctx context.Context, i int, s lesson.Step) error {
	p.heading(fmt.Sprintf("%d/%d  %s", i+1, len(p.Lesson.Steps), s.Title))
	for _, b := range s.Blocks {
		if err := p.block(ctx, b); err != nil {
			return err
		}
	}
	if len(s.Blocks) > 0 && !p.Auto {
		return p.pause(ctx, s.Blocks[len(s.Blocks)-1])
	}
	return nil
}

// pause waits for Enter behind a step that ends with something to read. Until then
// the learner may look around.
func (p *Player) pause(ctx context.Context, last lesson.Block) error {
	if _, ok := last.(lesson.Prose); !ok {
		return nil
	}
	for {
		line, err := p.Terminal.Ask(ctx, p.Terminal.Paint(Quietly, texts.enter.In(p.Lang))+" ")
		if err != nil || strings.TrimSpace(line) == "" {
			return err
		}
		if err := p.aside(ctx, strings.TrimSpace(line)); err != nil {
			return err
		}
	}
}

// aside does what may be asked for at any prompt.
func (p *Player) aside(ctx context.Context, line string) error {
	switch strings.ToLower(line) {
	case "help", "?", "說明":
		p.note(texts.help)
		return nil
	case "quit", "q", "離開":
		return ErrQuit
	case "shell":
		p.note(texts.shell)
		if err := p.Machine.Shell(ctx); err != nil {
			p.remark(Wrong, words.Both(err.Error()))
		}
		return nil
	}
	return p.run(ctx, line)
}

func (p *Player) block(ctx context.Context, b lesson.Block) error {
	switch b := b.(type) {
	case lesson.Prose:
		p.prose(b, "")
	case lesson.Code:
		p.code(b)
	case lesson.Setup:
		if out, err := p.Machine.Quiet(ctx, b.Script); err != nil {
			return miss(b.Pos, "setup: %v\n%s", err, out)
		}
		return p.draw(ctx)
	case lesson.Serve:
		if err := p.Machine.Serve(ctx, b); err != nil {
			return miss(b.Pos, "serve: %v", err)
		}
	case *lesson.Task:
		if p.Auto {
			return p.playTask(ctx, b)
		}
		return p.task(ctx, b)
	case *lesson.Question:
		if p.Auto {
			p.playQuestion(b)
			return nil
		}
		return p.question(ctx, b)
	}
	return nil
}

// unmet returns the checks that do not hold, after some time if need be: the
// kernel does some things a moment later.
func (p *Player) unmet(ctx context.Context, checks []lesson.Check, patience time.Duration) ([]lesson.Check, error) {
	if len(checks) == 0 {
		return nil, nil
	}
	var sysctls []string
	for _, c := range checks {
		if key := c.Sysctl(); key != "" {
			sysctls = append(sysctls, key)
		}
	}
	for end := time.Now().Add(patience); ; {
		w, err := p.Machine.World(ctx, sysctls)
		if err != nil {
			return nil, err
		}
		left := failing(checks, w)
		if len(left) == 0 || time.Now().After(end) {
			return left, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// failing returns the checks that do not hold. All are asked at the same time, as
// one that gets no answer takes its time.
func failing(checks []lesson.Check, w lesson.World) []lesson.Check {
	holds := make([]bool, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { holds[i] = c.Holds(w) })
	}
	all.Wait()
	var left []lesson.Check
	for i, c := range checks {
		if !holds[i] {
			left = append(left, c)
		}
	}
	return left
}
