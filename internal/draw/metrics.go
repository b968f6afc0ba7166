package draw

import "github.com/vethlab/vethlab/internal/words"

// Metrics are the sizes of a layout's elements, in the unit of the renderer: characters
// or pixels. In characters the border takes one, so edge is 1.
type metrics struct {
	width func(string) int // of a port's label
	title func(*Box) int   // of a box's name
	name  func(*Port) string

	line     int // height of a line of text
	head     int // from the upper edge of a box to its first line
	foot     int // from its last line to the lower edge
	edge     int // thickness of a box's border
	pad      int // from the left or right edge to text
	gap      int // between labels side by side
	labelGap int // gap below the labels of ports on the upper side
	minGap   int // smallest distance at which parallel cables are distinct
	bar      int // height of a bridge inside a box, with the space around it

	row int // maximum width of a row of boxes; 0: the page's

	wires bool // the wire from a port to its bar runs beside the label

	// By flow: down the page, and across it.
	flow [2]spacing
}

// Spacing is the distance between boxes and cables.
type spacing struct {
	lane    int // between parallel cables
	channel int // between two layers, at least
	between int // between two boxes of a layer
	lateral int // between two boxes of a layer with a cable between them
}

// characters are the metrics of a picture in text.
func characters() *metrics {
	return &metrics{
		width: columns, title: titleColumns, name: markedName,
		line: 1, head: 1, foot: 1, edge: 1, pad: 3, gap: 2, minGap: 1, bar: 1,
		flow: [2]spacing{
			down:   {lane: 1, channel: 2, between: 2, lateral: 8},
			across: {lane: 2, channel: 8, between: 0, lateral: 2},
		},
	}
}

// markedName returns the name of a port, marked if it is down.
func markedName(p *Port) string {
	if !p.Up {
		return p.Name + " ✗"
	}
	return p.Name
}

// pixels are the metrics of an SVG.
func pixels() *metrics {
	return &metrics{
		width: monoWidth, title: titlePixels, name: func(p *Port) string { return p.Name },
		line: 14, head: 26, foot: 8, pad: 12, gap: 12, labelGap: 7, minGap: 3, bar: 26, row: 1300, wires: true,
		flow: [2]spacing{
			down:   {lane: 8, channel: 44, between: 22, lateral: 72},
			across: {lane: 8, channel: 64, between: 18, lateral: 44},
		},
	}
}

func columns(s string) int { return words.Columns(clean(s)) }

func titleColumns(b *Box) int { return columns(b.title()) }
