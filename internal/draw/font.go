package draw

import "github.com/vethlab/vethlab/internal/words"

// Sizes of the two fonts of an SVG, in pixels. Labels of ports are monospaced, since the
// widths of monospaced fonts differ little between machines.
const (
	monoSize = 11
	sansSize = 13
)

// monoWidth returns the width of a text in a monospaced font: 0.6 of the size for each
// character, 1 for wide ones.
func monoWidth(s string) int {
	w := 0
	for _, r := range clean(s) {
		switch words.Columns(string(r)) {
		case 1:
			w += monoSize * 6
		case 2:
			w += monoSize * 10
		}
	}
	return (w + 9) / 10
}

// sansWidths are the widths of the characters from space to tilde in a common
// bold font (Helvetica and its metric-compatible substitutes), in thousandths of its
// size.
var sansWidths = [...]int{
	278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
	975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
	333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
	611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
}

// sansWidth returns the width of a text in a bold font, plus a tenth, since some fonts
// are wider.
func sansWidth(s string) int {
	w := 0
	for _, r := range clean(s) {
		switch columns := words.Columns(string(r)); {
		case r >= ' ' && int(r-' ') < len(sansWidths):
			w += sansWidths[r-' ']
		case columns == 1:
			w += 700
		case columns == 2:
			w += 1000
		}
	}
	return (w*sansSize*11 + 9999) / 10000
}

// titlePixels returns the width of a box's name with the icon of its kind.
func titlePixels(b *Box) int {
	w := sansWidth(b.Name)
	if icons[b.Kind] != "" {
		w += 24
	}
	return w
}
