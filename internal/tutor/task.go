package tutor

import (
	"context"
	"reflect"
	"strings"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// prompt is the prompt for commands.
const prompt = "$ "

// autoTask runs the commands of a task and checks that exit codes, output and checks are
// as the lesson says.
func (p *Player) autoTask(ctx context.Context, t *lesson.Task) error {
	if t.Hidden {
		left, err := p.unmet(ctx, t.Checks, 0)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return mismatch(t.Pos, "all checks hold before the solution")
		}
	}
	var output strings.Builder
	for _, c := range t.Commands {
		p.Terminal.Type(prompt, c.Text)
		out, code, err := p.Machine.Run(ctx, c.Text, true)
		if err != nil {
			return err
		}
		output.WriteString(out)
		if (code != 0) != t.Fails {
			return mismatch(c.Pos, "%s: exit code %d%s", c.Text, code, map[bool]string{true: ", but it must fail"}[t.Fails])
		}
	}
	for _, want := range t.Expect {
		if !strings.Contains(output.String(), want) {
			return mismatch(t.Pos, "%q is not in the output:\n%s", want, &output)
		}
	}
	left, err := p.unmet(ctx, t.Checks, p.CheckTimeout)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return mismatch(left[0].Pos, "%s: %s", left[0].Text, left[0].Missing().En)
	}
	p.Terminal.Print("\n")
	return p.drawDone(ctx)
}

// An attempt is the progress of the learner in a task.
type attempt struct {
	*lesson.Task
	next  int // index of the command that Enter runs
	hints int // given so far
	seen  *state.State
}

// current returns the command that Enter runs, "" if none is left or the task is hidden.
func (a *attempt) current() string {
	if a.Hidden || a.next == len(a.Commands) {
		return ""
	}
	return a.Commands[a.next].Text
}

// task has the learner do a task.
func (p *Player) task(ctx context.Context, t *lesson.Task) error {
	a := &attempt{Task: t}
	if err := p.observe(ctx, a); err != nil {
		return err
	}
	for {
		if c := a.current(); c != "" {
			p.Terminal.Print("    " + p.Terminal.Paint(Typed, c) + "\n")
		}
		line, err := p.Terminal.ReadLine(ctx, prompt)
		if err != nil {
			return err
		}
		over, err := p.handleLine(ctx, a, strings.TrimSpace(line))
		if over || err != nil {
			return err
		}
	}
}

// observe stores the State, to see later whether a command has changed it.
func (p *Player) observe(ctx context.Context, a *attempt) error {
	w, err := p.Machine.Observe(ctx, nil)
	a.seen = w.State
	return err
}

// handleLine handles an input line and reports whether the task is over.
func (p *Player) handleLine(ctx context.Context, a *attempt, line string) (over bool, err error) {
	switch strings.ToLower(line) {
	case "":
		return p.runNext(ctx, a)
	case "?", "hint", "提示":
		p.hint(a)
		return false, nil
	case "skip", "跳過":
		p.printStyled(Minor, texts.skipped)
		p.Terminal.Print("\n")
		return true, nil
	case "do":
		return p.doRest(ctx, a)
	}
	return p.runTyped(ctx, a, line)
}

// runNext runs the current command. Without one it repeats the checks.
func (p *Player) runNext(ctx context.Context, a *attempt) (over bool, err error) {
	c := a.current()
	if c == "" {
		if over, err = p.checkDone(ctx, a); !over && err == nil {
			err = p.printMissing(ctx, a)
		}
		return over, err
	}
	p.Terminal.Type(prompt, c)
	if err := p.run(ctx, c); err != nil {
		return false, err
	}
	a.next++
	return p.checkDone(ctx, a)
}

// doRest runs the commands that are left.
func (p *Player) doRest(ctx context.Context, a *attempt) (over bool, err error) {
	for _, c := range a.Commands[a.next:] {
		p.Terminal.Type(prompt, c.Text)
		if err := p.run(ctx, c.Text); err != nil {
			return false, err
		}
	}
	a.next = len(a.Commands)
	if over, err = p.checkDone(ctx, a); !over && err == nil {
		err = p.printMissing(ctx, a)
	}
	return over, err
}

// runTyped runs a command of the learner.
func (p *Player) runTyped(ctx context.Context, a *attempt, line string) (over bool, err error) {
	if err := p.command(ctx, line); err != nil {
		return false, err
	}
	before := a.seen
	if c := a.current(); c != "" && p.same(ctx, line, c) {
		a.next++
	}
	over, err = p.checkDone(ctx, a)
	if over || err != nil {
		return over, err
	}
	changed := !reflect.DeepEqual(before.Normal(), a.seen.Normal())
	switch {
	case changed && a.current() == "":
		err = p.printMissing(ctx, a)
	case !changed && len(a.Checks) == 0:
		p.printText(texts.stays)
	}
	return false, err
}

func (p *Player) run(ctx context.Context, command string) error {
	_, code, err := p.Machine.Run(ctx, command, false)
	if err == nil && code != 0 {
		p.printStyled(Minor, failed(code))
	}
	return err
}

// failed returns the message for an exit code.
func failed(code int) words.Text {
	if meaning, ok := exitCodes[code]; ok {
		return texts.failedBy.With(code, meaning)
	}
	return texts.failed.With(code)
}

// same reports whether two commands have the same effect or, if they only show something,
// the same output.
func (p *Player) same(ctx context.Context, typed, shown string) bool {
	if strings.Join(strings.Fields(typed), " ") == strings.Join(strings.Fields(shown), " ") {
		return true
	}
	a, errA := iproute2.Parse(typed)
	b, errB := iproute2.Parse(shown)
	if errA == nil && errB == nil {
		return reflect.DeepEqual(a, b)
	}
	if errA == nil || errB == nil || !isShowCommand(typed) || !isShowCommand(shown) {
		return false
	}
	one, err := p.Machine.RunHidden(ctx, typed)
	other, otherErr := p.Machine.RunHidden(ctx, shown)
	return one == other && (err == nil) == (otherErr == nil)
}

// isShowCommand reports whether a command is a single ip command. If package iproute2 can't
// parse it, it changes nothing.
func isShowCommand(command string) bool {
	return strings.HasPrefix(command, "ip ") && !strings.ContainsAny(command, ";&|<>`$()") && !strings.Contains(command, " exec ")
}

// checkDone draws the changed network and reports whether the task is done.
func (p *Player) checkDone(ctx context.Context, a *attempt) (done bool, err error) {
	p.Terminal.Print("\n")
	if err := p.draw(ctx); err != nil {
		return false, err
	}
	if err := p.observe(ctx, a); err != nil {
		return false, err
	}
	if len(a.Checks) == 0 {
		return a.next == len(a.Commands), nil
	}
	// Between the commands of a task the checks need not hold yet.
	wait := p.CheckTimeout
	if a.current() != "" {
		wait = 0
	}
	left, err := p.unmet(ctx, a.Checks, wait)
	if err != nil || len(left) > 0 {
		return false, err
	}
	p.printStyled(Right, texts.done)
	p.Terminal.Print("\n")
	return true, p.drawDone(ctx)
}

// printMissing prints why the task is not done yet.
func (p *Player) printMissing(ctx context.Context, a *attempt) error {
	left, err := p.unmet(ctx, a.Checks, 0)
	if err != nil {
		return err
	}
	p.printStyled(Wrong, texts.notYet)
	for _, c := range left {
		p.Terminal.Print(indent + "- " + c.Missing().In(p.Lang) + "\n")
	}
	return nil
}

// hint prints the next hint or, after the last, the current command.
func (p *Player) hint(a *attempt) {
	switch {
	case a.hints < len(a.Hints):
		h := a.Hints[a.hints]
		h.Paragraphs = append([]lesson.Paragraph{}, h.Paragraphs...)
		h.Paragraphs[0].Text = texts.hint.With(h.Paragraphs[0].Text).In(p.Lang)
		p.prose(h, "")
		a.hints++
	case a.current() != "":
		p.printText(texts.shown.With(a.current()))
	default:
		p.printText(texts.noHint)
	}
}
