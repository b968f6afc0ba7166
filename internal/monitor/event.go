package monitor

import (
	"time"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/live"
	"github.com/vethlab/vethlab/internal/words"
)

// An Event is an event and the time at which it was received.
type Event struct {
	Time Time `json:"time"`
	live.Event
}

// A Time is written with six digits of a second.
type Time struct{ time.Time }

// MarshalJSON writes a time by RFC 3339.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.AppendFormat(nil, `"2006-01-02T15:04:05.000000Z07:00"`), nil
}

// Text returns an event as a line of text.
func (e Event) Text(paint words.Painter) string {
	return paint(words.Dim, e.Time.Format("15:04:05.000")) + "  " + paint(styleOf(e.Kind), escape.Line(e.String()))
}

func styleOf(k live.Kind) words.Style {
	switch k {
	case live.CarrierUp, live.LinkUp, live.NodeAdded:
		return words.Green
	case live.CarrierDown, live.LinkDown, live.NodeDeleted, live.LinkDeleted, live.AddressDuplicate:
		return words.Red
	case live.Resync, live.LeftOut, live.Moved:
		return words.Amber
	}
	return words.Plain
}
