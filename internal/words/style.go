package words

// A Style is how a text stands out on a terminal, as a parameter of SGR (ECMA-48).
type Style string

// The styles.
const (
	Plain Style = ""
	Bold  Style = "1"
	Dim   Style = "2"
	Red   Style = "31"
	Green Style = "32"
	Amber Style = "33"
	Cyan  Style = "36"
)

// A Painter returns a text in a style. Where there are no colours it returns the text.
type Painter func(Style, string) string
