package probe

import (
	"container/heap"
	"time"
)

// wakes are the times at which questions are looked at again, the next one
// first: a heap.
type wakes []wake

type wake struct {
	at time.Duration
	q  int
}

func (w *wakes) add(at time.Duration, q int) { heap.Push(w, wake{at, q}) }

func (w *wakes) next() (at time.Duration, q int) {
	first := heap.Pop(w).(wake)
	return first.at, first.q
}

// Len implements [heap.Interface].
func (w wakes) Len() int { return len(w) }

// Less implements [heap.Interface].
func (w wakes) Less(i, j int) bool { return w[i].at < w[j].at }

// Swap implements [heap.Interface].
func (w wakes) Swap(i, j int) { w[i], w[j] = w[j], w[i] }

// Push implements [heap.Interface].
func (w *wakes) Push(x any) { *w = append(*w, x.(wake)) }

// Pop implements [heap.Interface].
func (w *wakes) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}
