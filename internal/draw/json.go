package draw

import (
	"bytes"
	"encoding/json"
)

// JSON writes the layout that [SVG] draws.
func JSON(s *Scene) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(arrangeSVG(s))
	return b.Bytes(), err
}
