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
	p.Terminal.Say("\n" + p.Terminal.Paint(Heading, text) + "\n\n")
}

// note says something of the player's own.
func (p *Player) note(t words.Text) {
	p.prose(lesson.Prose{Paragraphs: []lesson.Paragraph{{Text: t.In(p.Lang)}}}, "")
}

// remark says a line in a style.
func (p *Player) remark(s Style, t words.Text) {
	for _, line := range words.Wrap(t.In(p.Lang), p.Terminal.Width()) {
		p.Terminal.Say(p.Terminal.Paint(s, line) + "\n")
	}
}

// prose writes paragraphs with an empty line behind each; items of a list stand
// together.
func (p *Player) prose(text lesson.Prose, before string) {
	for i, para := range text.Paragraphs {
		p.paragraph(para, before)
		inList := para.Bullet != "" && i+1 < len(text.Paragraphs) && text.Paragraphs[i+1].Bullet != ""
		if !inList {
			p.Terminal.Say("\n")
		}
		p.Terminal.Read(para.Text)
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
		p.Terminal.Say(line + "\n")
	}
}

// marked is what stands out in a text: between backquotes, or two asterisks.
var marked = regexp.MustCompile("`[^`]+`|\\*\\*[^*]+\\*\\*")

// wrap breaks a text into lines and paints what stands out. It is painted behind
// the breaking, so that a style never goes over the end of a line.
func (p *Player) wrap(text string, columns int) []string {
	// What stands out is kept together as it is, but without its marks; a mark in
	// private characters, which take no column here, tells where it was.
	var spans []Style
	coloured := p.Terminal.Paint(Code, "x") != "x"
	plain := marked.ReplaceAllStringFunc(text, func(s string) string {
		style, inner := Code, strings.Trim(s, "`")
		switch {
		case strings.HasPrefix(s, "**"):
			style, inner = Strong, strings.Trim(s, "*")
		case !coloured:
			return s // where nothing stands out, the marks do
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

// Marks around what stands out: characters for formatting, of no width, that no
// lesson has.
const (
	begin = "\u2066"
	end   = "\u2069"
)

// paintSpans paints a line's spans; open says that one has begun in a line before.
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
		p.Terminal.Say("    " + line + "\n")
	}
	p.Terminal.Say("\n")
}

// draw shows the picture of what is there, if it has changed and shows nothing that
// is to be found out.
func (p *Player) draw(ctx context.Context) error {
	if p.Lesson.Solved {
		return nil
	}
	return p.drawDone(ctx)
}

// drawDone shows it when a task is done.
func (p *Player) drawDone(ctx context.Context) error {
	w, err := p.Machine.World(ctx, nil)
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
		p.Terminal.Say(strings.TrimRight(indent+line, " \n") + "\n")
	}
	p.Terminal.Say("\n")
	return nil
}

// drawable returns what is worth a picture: the host only if something else is on
// it than lo.
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
