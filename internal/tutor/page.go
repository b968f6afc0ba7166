package tutor

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

const indent = "  "

func (p *Player) heading(text string) {
	p.Terminal.Print("\n" + p.Terminal.Paint(Heading, text) + "\n\n")
}

// printText prints a message of the player.
func (p *Player) printText(t words.Text) {
	p.prose(lesson.Prose{Paragraphs: []lesson.Paragraph{{Text: t.In(p.Lang)}}}, "")
}

// printStyled prints a text in a style.
func (p *Player) printStyled(s Style, t words.Text) {
	for _, line := range words.Wrap(t.In(p.Lang), p.Terminal.Width()) {
		p.Terminal.Print(p.Terminal.Paint(s, line) + "\n")
	}
}

// prose prints paragraphs with an empty line after each, but not between list items. Each
// line begins with before.
func (p *Player) prose(text lesson.Prose, before string) {
	for i, para := range text.Paragraphs {
		p.paragraph(para, before)
		inList := para.Bullet != "" && i+1 < len(text.Paragraphs) && text.Paragraphs[i+1].Bullet != ""
		if !inList {
			p.Terminal.Print("\n")
		}
		p.Terminal.WaitToRead(para.Text)
	}
}

func (p *Player) paragraph(para lesson.Paragraph, before string) {
	first, rest := before, before
	if para.Bullet != "" {
		first = before + indent + strings.Replace(para.Bullet, "*", "-", 1) + " "
		rest = before + strings.Repeat(" ", words.Columns(first)-words.Columns(before))
	}
	for i, line := range p.wrap(para.Text, p.Terminal.Width()-words.Columns(rest)) {
		if i == 0 {
			line = first + line
		} else {
			line = rest + line
		}
		p.Terminal.Print(line + "\n")
	}
}

// marked matches `code` and **bold**.
var marked = regexp.MustCompile("`[^`]+`|\\*\\*[^*]+\\*\\*")

// wrap breaks a text into lines and paints spans of code and bold text after that, line by
// line, so that no style crosses the end of a line.
func (p *Player) wrap(text string, columns int) []string {
	// Each span is put between begin and end, which have no width, to find it again in the
	// lines.
	var spans []Style
	coloured := p.Terminal.Paint(Code, "x") != "x"
	plain := marked.ReplaceAllStringFunc(text, func(s string) string {
		style, inner := Code, strings.Trim(s, "`")
		switch {
		case strings.HasPrefix(s, "**"):
			style, inner = Strong, strings.Trim(s, "*")
		case !coloured:
			return s // without colours, keep the backquotes
		}
		spans = append(spans, style)
		return begin + inner + end
	})
	lines := words.Wrap(plain, columns)
	open := false
	for i, line := range lines {
		lines[i], open, spans = p.paintSpans(line, open, spans)
	}
	return lines
}

// begin and end surround a span: control characters without width that no lesson has.
const (
	begin = "\u2066"
	end   = "\u2069"
)

// paintSpans paints the spans of a line. open: a span continues from the line before.
func (p *Player) paintSpans(line string, open bool, spans []Style) (string, bool, []Style) {
	var b strings.Builder
	for line != "" {
		mark := begin
		if open {
			mark = end
		}
		text, rest, found := strings.Cut(line, mark)
		if open {
			b.WriteString(p.Terminal.Paint(spans[0], text))
		} else {
			b.WriteString(text)
		}
		if !found {
			break
		}
		if open {
			spans = spans[1:]
		}
		open, line = !open, rest
	}
	return b.String(), open, spans
}

func (p *Player) code(c lesson.Code) {
	for _, line := range c.Lines {
		p.Terminal.Print("    " + line + "\n")
	}
	p.Terminal.Print("\n")
}

// draw prints the picture of the network if it has changed, unless the lesson draws solved
// tasks only.
func (p *Player) draw(ctx context.Context) error {
	if p.Lesson.DrawSolved {
		return nil
	}
	return p.drawDone(ctx)
}

// drawDone prints the picture if it has changed.
func (p *Player) drawDone(ctx context.Context) error {
	w, err := p.Machine.Observe(ctx, nil)
	if err != nil {
		return err
	}
	picture := p.Draw(drawable(w.State), p.Terminal.Width()-len(indent))
	if picture == p.drawn {
		return nil
	}
	p.drawn = picture
	if picture == "" {
		return nil
	}
	for line := range strings.Lines(picture) {
		p.Terminal.Print(strings.TrimRight(indent+line, " \n") + "\n")
	}
	p.Terminal.Print("\n")
	return nil
}

// drawable returns the State without a host that has only lo.
func drawable(s *state.State) *state.State {
	host := s.Namespace(state.Host)
	if host == nil || slices.ContainsFunc(host.LinkNames(), func(name string) bool { return name != state.Lo }) {
		return s
	}
	c := *s
	c.Namespaces = maps.Clone(s.Namespaces)
	delete(c.Namespaces, state.Host)
	return &c
}
