package probe

import "time"

// A window bounds how many questions are outstanding: asked, and neither
// answered nor silent for so long that nobody waits for them any more.
//
// The first question from a host makes it look for its neighbour, and a switch
// carries that to every port. A thousand such questions at once are a million
// packets, more than the kernel's queues hold, and what is dropped is not
// looked for again within a second. As the queues fill, answers get slower
// before any is lost. So the window grows with each quick answer and shrinks
// with each slow one.
//
// Silence makes it grow, too: nothing is gained by asking slowly where nobody
// answers, and questions lost in a crowd have answers beside them that are slow.
type window struct {
	size int           // how many questions may be outstanding, at least 1
	out  int           // how many are
	best time.Duration // the shortest round trip so far, 0: none yet
}

const (
	// firstWindow is small, as what is lost in the first moment costs a second.
	firstWindow = 2

	// slower is by how much an answer is slower than the best if queues are
	// filling up. An idle veth takes a tenth of it.
	slower = 500 * time.Microsecond
)

func newWindow() window { return window{size: firstWindow} }

// open reports whether one more question may be asked.
func (w *window) open() bool { return w.out < w.size }

// crowded reports whether answers have got slow: silence may then be a loss.
func (w *window) crowded() bool { return w.size < firstWindow }

// ask counts a question as outstanding.
func (w *window) ask() { w.out++ }

// leave counts a question as outstanding no more.
func (w *window) leave() { w.out-- }

// answered learns from the round trip of an answer. To a window that was not
// full it says nothing about a larger one.
func (w *window) answered(rtt time.Duration) {
	if w.best == 0 || rtt < w.best {
		w.best = rtt
	}
	switch {
	case rtt > w.best+w.best/2+slower:
		w.size = max(1, w.size/2)
	case w.out >= w.size:
		w.size++
	}
}

// silent learns that a question stays without an answer.
func (w *window) silent() { w.size++ }
