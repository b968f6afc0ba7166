package tutor

import (
	"context"
	"reflect"
	"strings"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
)

// prompt stands before what is typed.
const prompt = "$ "

// playTask has a task done by itself and holds the lesson to what it says.
func (p *Player) playTask(ctx context.Context, t *lesson.Task) error {
	if t.Hidden {
		left, err := p.unmet(ctx, t.Checks, 0)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return miss(t.Pos, "there is nothing to do: all checks hold before it")
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
			return miss(c.Pos, "%s: exit code %d%s", c.Text, code, map[bool]string{true: ", but it is to fail"}[t.Fails])
		}
	}
	for _, want := range t.Expect {
		if !strings.Contains(output.String(), want) {
			return miss(t.Pos, "%q is not in the output:\n%s", want, &output)
		}
	}
	left, err := p.unmet(ctx, t.Checks, p.Patience)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return miss(left[0].Pos, "%s: %s", left[0].Text, left[0].Missing().En)
	}
	p.Terminal.Say("\n")
	return p.drawDone(ctx)
}

// An attempt is a task while the learner is at it.
type attempt struct {
	*lesson.Task
	next  int // the command that is typed by Enter
	hints int // given so far
	seen  *state.State
}

// current returns the command that Enter types; "" if there is none, or it is not
// to be shown.
func (a *attempt) current() string {
	if a.Hidden || a.next == len(a.Commands) {
		return ""
	}
	return a.Commands[a.next].Text
}

// task has the learner do a task.
func (p *Player) task(ctx context.Context, t *lesson.Task) error {
	a := &attempt{Task: t}
	if err := p.look(ctx, a); err != nil {
		return err
	}
	for {
		if c := a.current(); c != "" {
			p.Terminal.Say("    " + p.Terminal.Paint(Typed, c) + "\n")
		}
		line, err := p.Terminal.Ask(ctx, prompt)
		if err != nil {
			return err
		}
		over, err := p.turn(ctx, a, strings.TrimSpace(line))
		if over || err != nil {
			return err
		}
	}
}

// look remembers what is there, to see later whether a command has changed it.
func (p *Player) look(ctx context.Context, a *attempt) error {
	w, err := p.Machine.World(ctx, nil)
	a.seen = w.State
	return err
}

// turn deals with one line. over: the task is.
func (p *Player) turn(ctx context.Context, a *attempt, line string) (over bool, err error) {
	switch strings.ToLower(line) {
	case "":
		return p.enter(ctx, a)
	case "?", "hint", "提示":
		p.hint(a)
		return false, nil
	case "skip", "跳過":
		p.remark(Quietly, texts.skipped)
		p.Terminal.Say("\n")
		return true, nil
	case "do":
		return p.doRest(ctx, a)
	}
	return p.typed(ctx, a, line)
}

// enter types the next command for the learner. Where it is not to be shown,
// Enter only looks again.
func (p *Player) enter(ctx context.Context, a *attempt) (over bool, err error) {
	c := a.current()
	if c == "" {
		if over, err = p.judge(ctx, a); !over && err == nil {
			err = p.tellMissing(ctx, a)
		}
		return over, err
	}
	p.Terminal.Type(prompt, c)
	if err := p.run(ctx, c); err != nil {
		return false, err
	}
	a.next++
	return p.judge(ctx, a)
}

// doRest does for the learner what is left.
func (p *Player) doRest(ctx context.Context, a *attempt) (over bool, err error) {
	for _, c := range a.Commands[a.next:] {
		p.Terminal.Type(prompt, c.Text)
		if err := p.run(ctx, c.Text); err != nil {
			return false, err
		}
	}
	a.next = len(a.Commands)
	if over, err = p.judge(ctx, a); !over && err == nil {
		err = p.tellMissing(ctx, a)
	}
	return over, err
}

// typed runs what the learner has typed.
func (p *Player) typed(ctx context.Context, a *attempt, line string) (over bool, err error) {
	if err := p.aside(ctx, line); err != nil {
		return false, err
	}
	before := a.seen
	if c := a.current(); c != "" && p.same(ctx, line, c) {
		a.next++
	}
	over, err = p.judge(ctx, a)
	if over || err != nil {
		return over, err
	}
	changed := !reflect.DeepEqual(before.Normal(), a.seen.Normal())
	switch {
	case changed && a.current() == "":
		err = p.tellMissing(ctx, a)
	case !changed && len(a.Checks) == 0:
		p.note(texts.stays)
	}
	return false, err
}

func (p *Player) run(ctx context.Context, command string) error {
	_, code, err := p.Machine.Run(ctx, command, false)
	if err == nil && code != 0 {
		p.remark(Quietly, texts.failed.With(code))
	}
	return err
}

// same reports whether two commands are two spellings of one: by what they
// change or, if they change nothing, by what they print.
func (p *Player) same(ctx context.Context, typed, shown string) bool {
	if strings.Join(strings.Fields(typed), " ") == strings.Join(strings.Fields(shown), " ") {
		return true
	}
	a, errA := iproute2.Parse(typed)
	b, errB := iproute2.Parse(shown)
	if errA == nil && errB == nil {
		return reflect.DeepEqual(a, b)
	}
	if errA == nil || errB == nil || !looks(typed) || !looks(shown) {
		return false
	}
	one, err := p.Machine.Quiet(ctx, typed)
	other, otherErr := p.Machine.Quiet(ctx, shown)
	return one == other && (err == nil) == (otherErr == nil)
}

// looks reports whether a command is one of ip and no other with it: one that
// changes nothing, if it is none that package iproute2 knows.
func looks(command string) bool {
	return strings.HasPrefix(command, "ip ") && !strings.ContainsAny(command, ";&|<>`$()") && !strings.Contains(command, " exec ")
}

// judge shows what has changed, and reports whether the task is done.
func (p *Player) judge(ctx context.Context, a *attempt) (done bool, err error) {
	p.Terminal.Say("\n")
	if err := p.draw(ctx); err != nil {
		return false, err
	}
	if err := p.look(ctx, a); err != nil {
		return false, err
	}
	if len(a.Checks) == 0 {
		return a.next == len(a.Commands), nil
	}
	// In the middle of several commands nothing is waited for.
	wait := p.Patience
	if a.current() != "" {
		wait = 0
	}
	left, err := p.unmet(ctx, a.Checks, wait)
	if err != nil || len(left) > 0 {
		return false, err
	}
	p.remark(Right, texts.done)
	p.Terminal.Say("\n")
	return true, p.drawDone(ctx)
}

// tellMissing says what is still to be done.
func (p *Player) tellMissing(ctx context.Context, a *attempt) error {
	left, err := p.unmet(ctx, a.Checks, 0)
	if err != nil {
		return err
	}
	p.remark(Wrong, texts.notYet)
	for _, c := range left {
		p.Terminal.Say(indent + "- " + c.Missing().In(p.Lang) + "\n")
	}
	return nil
}

// hint gives the next hint; when all are given, of commands that are shown the
// next one.
func (p *Player) hint(a *attempt) {
	switch {
	case a.hints < len(a.Hints):
		h := a.Hints[a.hints]
		h.Paragraphs = append([]lesson.Paragraph{}, h.Paragraphs...)
		h.Paragraphs[0].Text = texts.hint.With(h.Paragraphs[0].Text).In(p.Lang)
		p.prose(h, "")
		a.hints++
	case a.current() != "":
		p.note(texts.shown.With(a.current()))
	default:
		p.note(texts.noHint)
	}
}
