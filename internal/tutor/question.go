package tutor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/lesson"
)

func (p *Player) printQuestion(q *lesson.Question) {
	p.Terminal.Print(p.Terminal.Paint(Heading, "?") + " ")
	p.prose(lesson.Prose{Paragraphs: q.Text.Paragraphs[:1]}, "")
	p.prose(lesson.Prose{Paragraphs: q.Text.Paragraphs[1:]}, "")
	for i, o := range q.Options {
		p.paragraph(lesson.Paragraph{Bullet: fmt.Sprintf("%d)", i+1), Text: o.Text}, "")
	}
	if len(q.Options) > 0 {
		p.Terminal.Print("\n")
	}
}

// autoQuestion prints a question and its answer.
func (p *Player) autoQuestion(q *lesson.Question) {
	p.printQuestion(q)
	p.printAnswer(q)
}

func (p *Player) printAnswer(q *lesson.Question) {
	answer := ""
	if len(q.Answers) > 0 {
		answer = q.Answers[0]
	}
	for i, o := range q.Options {
		if o.Right {
			answer = fmt.Sprintf("%d) %s", i+1, o.Text)
		}
	}
	p.printText(texts.theAnswer.With(answer))
	p.prose(q.Why, "")
}

// question asks until the answer is right or the learner skips it.
func (p *Player) question(ctx context.Context, q *lesson.Question) error {
	p.printQuestion(q)
	ask := texts.answer
	if n := len(q.Options); n > 0 {
		ask = texts.choose.With(n)
	}
	for {
		line, err := p.Terminal.ReadLine(ctx, ask.In(p.Lang)+" ")
		if err != nil {
			return err
		}
		line = strings.TrimSpace(line)
		switch strings.ToLower(line) {
		case "":
			continue
		case "skip", "跳過", "?", "hint", "提示", "do":
			p.printAnswer(q)
			return nil
		}
		if !isAnswer(q, line) {
			if err := p.command(ctx, line); err != nil {
				return err
			}
			continue
		}
		if p.answered(q, line) {
			return nil
		}
	}
}

// isAnswer reports whether a line is an answer rather than a command. An answer to a
// multiple choice is a number.
func isAnswer(q *lesson.Question, line string) bool {
	if len(q.Options) > 0 {
		_, err := strconv.Atoi(line)
		return err == nil
	}
	return !slices.Contains([]string{"help", "說明", "quit", "q", "離開", "shell"}, strings.ToLower(line))
}

func (p *Player) answered(q *lesson.Question, line string) bool {
	right, ok := isRight(q, line)
	switch {
	case !ok:
		p.printText(texts.noSuch.With(len(q.Options)))
	case right:
		p.printStyled(Right, texts.right)
		p.Terminal.Print("\n")
		p.prose(q.Why, "")
		return true
	default:
		p.printText(texts.wrong)
	}
	return false
}

// isRight reports whether an answer is right. ok is false if the question has no such option.
func isRight(q *lesson.Question, line string) (right, ok bool) {
	if len(q.Options) > 0 {
		n, err := strconv.Atoi(line)
		if err != nil || n < 1 || n > len(q.Options) {
			return false, false
		}
		return q.Options[n-1].Right, true
	}
	return slices.ContainsFunc(q.Answers, func(a string) bool { return plain(a) == plain(line) }), true
}

// plain normalises an answer: case, spaces and punctuation do not matter.
func plain(s string) string {
	return strings.ToLower(strings.Trim(strings.Join(strings.Fields(s), " "), ".。 `"))
}
