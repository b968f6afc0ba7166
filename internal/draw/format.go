package draw

import (
	"fmt"
	"path"
	"strings"
)

// A Format is a format of pictures of a [Scene].
type Format string

// The formats.
const (
	FormatText    Format = "text"
	FormatSVG     Format = "svg"
	FormatMermaid Format = "mermaid"
	FormatDOT     Format = "dot"
	FormatD2      Format = "d2"
	FormatJSON    Format = "json"
)

// FormatOf returns the format of a file by its extension. ok is false for an unknown one.
func FormatOf(file string) (f Format, ok bool) {
	switch strings.ToLower(path.Ext(file)) {
	case ".txt":
		return FormatText, true
	case ".svg":
		return FormatSVG, true
	case ".mmd", ".mermaid":
		return FormatMermaid, true
	case ".dot", ".gv":
		return FormatDOT, true
	case ".d2":
		return FormatD2, true
	case ".json":
		return FormatJSON, true
	}
	return "", false
}

// Render draws a scene in a format. page is for text; without its Unfold, large scenes are
// folded, see [Fold]. A warning says that readers of the format may refuse the picture.
func Render(s *Scene, f Format, page Page) (picture []byte, warning string, err error) {
	if !page.Unfold {
		s = Fold(s)
	}
	switch f {
	case FormatText:
		return []byte(Text(s, page)), "", nil
	case FormatSVG:
		return []byte(SVG(s)), "", nil
	case FormatMermaid:
		text, links := Mermaid(s)
		if links > MermaidLinks {
			warning = fmt.Sprintf("%d links: readers of Mermaid refuse more than 500", links)
		}
		return []byte(text), warning, nil
	case FormatDOT:
		return []byte(DOT(s)), "", nil
	case FormatD2:
		return []byte(D2(s)), "", nil
	case FormatJSON:
		picture, err = JSON(s)
		return picture, "", err
	}
	return nil, "", fmt.Errorf("unknown format %q of a picture", f)
}
