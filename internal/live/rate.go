package live

import (
	"time"

	"github.com/vethlab/vethlab/internal/dump"
)

// A Rate is the traffic of a link per second.
type Rate struct {
	In, Out               float64 // bits
	PacketsIn, PacketsOut float64
	Drops                 float64 // packets dropped or in error
}

// Bits returns the bits per second of both directions.
func (r Rate) Bits() float64 { return r.In + r.Out }

// Rates computes rates from two readings of each link's counters.
type Rates struct {
	last map[dump.LinkRef]counted
	now  map[dump.LinkRef]Rate
}

type counted struct {
	at    time.Time
	stats dump.Stats
}

// NewRates returns empty Rates.
func NewRates() *Rates {
	return &Rates{last: map[dump.LinkRef]counted{}, now: map[dump.LinkRef]Rate{}}
}

// Count adds a reading of a link's counters. The first one of a link gives no rate.
func (r *Rates) Count(p dump.LinkRef, at time.Time, s dump.Stats) {
	old, known := r.last[p]
	r.last[p] = counted{at, s}
	seconds := at.Sub(old.at).Seconds()
	if !known || seconds <= 0 || s.RxPackets < old.stats.RxPackets || s.TxPackets < old.stats.TxPackets {
		delete(r.now, p) // new, or another link with the same index
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

// Of returns the rate of a link; zero if unknown.
func (r *Rates) Of(p dump.LinkRef) Rate { return r.now[p] }

// Forget drops the links for which keep returns false.
func (r *Rates) Forget(keep func(dump.LinkRef) bool) {
	for p := range r.last {
		if !keep(p) {
			delete(r.last, p)
			delete(r.now, p)
		}
	}
}
