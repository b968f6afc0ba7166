package parallel

import (
	"sync/atomic"
	"testing"
)

// fn is called once for each number, and exactly [Most] calls run at the same time.
func TestEach(t *testing.T) {
	const n = 5 * Most
	var now, highest atomic.Int32
	var calls [n]atomic.Int32
	full := make(chan struct{})
	Each(n, func(i int) {
		calls[i].Add(1)
		running := now.Add(1)
		for h := highest.Load(); running > h && !highest.CompareAndSwap(h, running); h = highest.Load() {
		}
		if running == Most && i < Most {
			close(full) // the first ones wait for each other
		}
		<-full
		now.Add(-1)
	})
	for i := range calls {
		if c := calls[i].Load(); c != 1 {
			t.Errorf("%d: %d calls", i, c)
		}
	}
	if h := highest.Load(); h != Most {
		t.Errorf("%d ran at the same time, want %d", h, Most)
	}
}
