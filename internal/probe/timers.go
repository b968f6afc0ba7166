package probe

import (
	"container/heap"
	"time"
)

// A timerHeap is a heap of timers, the next one first.
type timerHeap []timer

// A timer is when a question is retried or times out.
type timer struct {
	at time.Duration
	q  int
}

func (h *timerHeap) add(at time.Duration, q int) { heap.Push(h, timer{at, q}) }

func (h *timerHeap) next() (at time.Duration, q int) {
	first := heap.Pop(h).(timer)
	return first.at, first.q
}

// Len implements [heap.Interface].
func (h timerHeap) Len() int { return len(h) }

// Less implements [heap.Interface].
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }

// Swap implements [heap.Interface].
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements [heap.Interface].
func (h *timerHeap) Push(x any) { *h = append(*h, x.(timer)) }

// Pop implements [heap.Interface].
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
