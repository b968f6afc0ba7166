package lesson

import (
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// parseProse joins lines to paragraphs, which end at an empty line or a list item.
func parseProse(lines []string) Prose {
	var p Prose
	open := false
	for _, line := range lines {
		bullet, text := cutBullet(line)
		switch {
		case strings.TrimSpace(line) == "":
			open = false
		case bullet != "" || !open:
			p.Paragraphs = append(p.Paragraphs, Paragraph{bullet, strings.TrimSpace(text)})
			open = true
		default:
			last := &p.Paragraphs[len(p.Paragraphs)-1]
			last.Text = words.JoinLines(last.Text, strings.TrimSpace(line))
		}
	}
	return p
}

// cutBullet splits a list item into its bullet and text.
func cutBullet(line string) (bullet, text string) {
	word, rest, ok := strings.Cut(line, " ")
	if !ok {
		return "", line
	}
	number := strings.TrimSuffix(word, ".")
	if word == "-" || word == "*" || number != word && number != "" && strings.Trim(number, "0123456789") == "" {
		return word, rest
	}
	return "", line
}
