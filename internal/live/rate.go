package live

import (
	"time"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Rate is how much goes through a link, in a second.
type Rate struct {
	In, Out               float64 // bits
	PacketsIn, PacketsOut float64
	Drops                 float64 // packets that came to nothing, errors among them
}

// Bits returns how many bits go through in both directions.
func (r Rate) Bits() float64 { return r.In + r.Out }

// Rates remembers what links had counted, to tell how fast they count.
type Rates struct {
	last map[dump.Place]counted
	now  map[dump.Place]Rate
}

type counted struct {
	at    time.Time
	stats dump.Stats
}

// NewRates returns rates of nothing.
func NewRates() *Rates {
	return &Rates{last: map[dump.Place]counted{}, now: map[dump.Place]Rate{}}
}

// Count takes in what a link has counted at a time. The first count of a link tells
// no rate.
func (r *Rates) Count(p dump.Place, at time.Time, s dump.Stats) {
	old, known := r.last[p]
	r.last[p] = counted{at, s}
	seconds := at.Sub(old.at).Seconds()
	if !known || seconds <= 0 || s.RxPackets < old.stats.RxPackets || s.TxPackets < old.stats.TxPackets {
		delete(r.now, p) // new, or another has its number
		return
	}
	per := func(now, before uint64) float64 { return float64(now-before) / seconds }
	lost := func(s dump.Stats) uint64 { return s.RxDropped + s.TxDropped + s.RxErrors + s.TxErrors }
	r.now[p] = Rate{
		In: 8 * per(s.RxBytes, old.stats.RxBytes), Out: 8 * per(s.TxBytes, old.stats.TxBytes),
		PacketsIn: per(s.RxPackets, old.stats.RxPackets), PacketsOut: per(s.TxPackets, old.stats.TxPackets),
		Drops: per(lost(s), min(lost(s), lost(old.stats))),
	}
}

// Of returns the rate of a link; zero if it is not known.
func (r *Rates) Of(p dump.Place) Rate { return r.now[p] }

// Forget drops the links that keep refuses.
func (r *Rates) Forget(keep func(dump.Place) bool) {
	for p := range r.last {
		if !keep(p) {
			delete(r.last, p)
			delete(r.now, p)
		}
	}
}
