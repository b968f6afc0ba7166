// Package parallel calls a function many times in parallel, with a bound.
package parallel

import "sync"

// Most is the most calls at the same time: each may need a thread, a process or a
// socket.
const Most = 16

// Each calls fn for 0 … n-1, at most [Most] at the same time, and waits for all.
func Each(n int, fn func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, Most)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			fn(i)
		})
	}
	wg.Wait()
}
