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

// A Machine runs commands and observes their effects.
type Machine interface {
	// Run runs a command and shows its output. With keep it also returns it.
	Run(ctx context.Context, command string, keep bool) (output string, code int, err error)

	// RunHidden runs a shell script without showing it. Its output is part of the error.
	RunHidden(ctx context.Context, script string) (output string, err error)

	// Serve runs a web server until the end of the lesson.
	Serve(ctx context.Context, s lesson.Serve) error

	// Shell runs an interactive shell.
	Shell(ctx context.Context) error

	// Observe reads the state of the kernel, with the given sysctls.
	Observe(ctx context.Context, sysctls []string) (lesson.Network, error)
}

// A Terminal is the learner's input and output.
type Terminal interface {
	// Print writes text.
	Print(text string)

	// ReadLine writes a prompt and returns the line that is typed. [io.EOF]: the
	// learner leaves. When ctx ends it returns its error.
	ReadLine(ctx context.Context, prompt string) (string, error)

	// Type writes a prompt and a command as if it were typed.
	Type(prompt, command string)

	// WaitToRead waits as long as reading the text takes.
	WaitToRead(text string)

	// Width returns the columns for text.
	Width() int

	// Paint returns text in a style.
	Paint(style Style, text string) string
}

// A Style is a style of text.
type Style int

// The styles.
const (
	Heading Style = iota
	Strong        // between asterisks
	Code          // between backquotes
	Typed         // commands
	Minor         // less important
	Right
	Wrong
)

// A Player plays one lesson.
type Player struct {
	Lesson   *lesson.Lesson
	Machine  Machine
	Terminal Terminal
	Lang     words.Lang
	Auto     bool // without a learner: commands and answers come from the lesson

	// CheckTimeout is how long a check may fail after a command: the kernel deletes the
	// links of a namespace some time after its name.
	CheckTimeout time.Duration

	// Draw draws a State in at most width columns.
	Draw func(s *state.State, width int) string

	drawn string // the last picture
}

// ErrQuit: the learner has left before the end.
var ErrQuit = errors.New("the learner has left the lesson")

// A MismatchError is a difference between a lesson and what its commands do, found with
// Player.Auto.
type MismatchError struct{ Where, What string }

func (e *MismatchError) Error() string { return e.Where + ": " + e.What }

func mismatch(where fmt.Stringer, format string, args ...any) error {
	return &MismatchError{where.String(), fmt.Sprintf(format, args...)}
}

// Play plays the lesson to its end. The error is [ErrQuit], or with Auto a
// [*MismatchError], or one of the machine's.
func (p *Player) Play(ctx context.Context) error {
	p.heading(p.Lesson.Title)
	if !p.Auto {
		p.printText(texts.welcome)
	}
	for _, b := range p.Lesson.Intro {
		if err := p.block(ctx, b); err != nil {
			return p.farewell(err)
		}
	}
	for i, s := range p.Lesson.Steps {
		if err := p.step(ctx, i, s); err != nil {
			return p.farewell(err)
		}
	}
	p.printText(texts.end)
	return nil
}

// farewell prints a message if the learner has left.
func (p *Player) farewell(err error) error {
	if errors.Is(err, io.EOF) {
		err = ErrQuit
	}
	if errors.Is(err, ErrQuit) {
		p.printText(texts.bye)
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

// pause waits for Enter after a step that ends with text. Commands are run meanwhile.
func (p *Player) pause(ctx context.Context, last lesson.Block) error {
	if _, ok := last.(lesson.Prose); !ok {
		return nil
	}
	for {
		line, err := p.Terminal.ReadLine(ctx, p.Terminal.Paint(Minor, texts.enter.In(p.Lang))+" ")
		if err != nil || strings.TrimSpace(line) == "" {
			return err
		}
		if err := p.command(ctx, strings.TrimSpace(line)); err != nil {
			return err
		}
	}
}

// command handles a line that is valid at any prompt.
func (p *Player) command(ctx context.Context, line string) error {
	switch strings.ToLower(line) {
	case "help", "?", "說明":
		p.printText(texts.help)
		return nil
	case "quit", "q", "離開":
		return ErrQuit
	case "shell":
		p.printText(texts.shell)
		if err := p.Machine.Shell(ctx); err != nil {
			p.printStyled(Wrong, words.Both(err.Error()))
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
		if out, err := p.Machine.RunHidden(ctx, b.Script); err != nil {
			return mismatch(b.Pos, "setup: %v\n%s", err, out)
		}
		return p.draw(ctx)
	case lesson.Serve:
		if err := p.Machine.Serve(ctx, b); err != nil {
			return mismatch(b.Pos, "serve: %v", err)
		}
	case *lesson.Task:
		if p.Auto {
			return p.autoTask(ctx, b)
		}
		return p.task(ctx, b)
	case *lesson.Question:
		if p.Auto {
			p.autoQuestion(b)
			return nil
		}
		return p.question(ctx, b)
	}
	return nil
}

// unmet returns the checks that do not hold, after the timeout at the latest.
func (p *Player) unmet(ctx context.Context, checks []lesson.Check, timeout time.Duration) ([]lesson.Check, error) {
	if len(checks) == 0 {
		return nil, nil
	}
	var sysctls []string
	for _, c := range checks {
		if key := c.Sysctl(); key != "" {
			sysctls = append(sysctls, key)
		}
	}
	for end := time.Now().Add(timeout); ; {
		w, err := p.Machine.Observe(ctx, sysctls)
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

// failing returns the checks that do not hold. They run at the same time, as a probe without
// an answer takes its whole timeout.
func failing(checks []lesson.Check, w lesson.Network) []lesson.Check {
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
