package live

import (
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/dump"
)

func TestRates(t *testing.T) {
	r, p, at := NewRates(), dump.LinkRef{Netns: 1, Index: 7}, time.Unix(1000, 0)
	first := dump.Stats{RxBytes: 1000, TxBytes: 500, RxPackets: 10, TxPackets: 5, RxDropped: 1}
	r.Count(p, at, first)
	if got := r.Of(p); got != (Rate{}) {
		t.Errorf("after one reading: got %+v, want zero", got)
	}
	r.Count(p, at.Add(2*time.Second), dump.Stats{RxBytes: 2000, TxBytes: 1000, RxPackets: 14, TxPackets: 7, RxDropped: 2, TxErrors: 3})
	if got, want := r.Of(p), (Rate{In: 4000, Out: 2000, PacketsIn: 2, PacketsOut: 1, Drops: 2}); got != want || got.Bits() != 6000 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	r.Count(p, at.Add(3*time.Second), first) // another link has its index
	if got := r.Of(p); got != (Rate{}) {
		t.Errorf("after smaller counters: got %+v, want zero", got)
	}
	r.Forget(func(dump.LinkRef) bool { return false })
	if len(r.last)+len(r.now) > 0 {
		t.Error("Forget kept an entry")
	}
}
