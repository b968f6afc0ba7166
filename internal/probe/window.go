package probe

// A window bounds how many questions are outstanding: asked, and neither
// answered nor silent for so long that nobody waits for them any more.
//
// The first question from a host makes it look for its neighbour, and a switch
// carries that to every port. A thousand such questions at once are a million
// packets, more than the kernel's queues hold, and what is dropped is not
// looked for again within a second. So the window grows only with each answer,
// and shrinks where the kernel gets into arrears (see backlog).
//
// Silence makes it grow, too: nothing is gained by asking slowly where nobody
// answers, or only after a long way.
type window struct {
	size int // how many questions may be outstanding, at least 1
	out  int // how many are
}

// firstWindow is small, as what is lost in the first moment costs a second.
const firstWindow = 2

func newWindow() window { return window{size: firstWindow} }

// open reports whether one more question may be asked.
func (w *window) open() bool { return w.out < w.size }

// ask counts a question as outstanding.
func (w *window) ask() { w.out++ }

// leave counts a question as outstanding no more.
func (w *window) leave() { w.out-- }

// answered learns of an answer. To a window that was not full it says nothing
// about a larger one.
func (w *window) answered() {
	if w.out >= w.size {
		w.size++
	}
}

// silent learns that a question stays without an answer.
func (w *window) silent() { w.size++ }

// shrink learns that there was too much.
func (w *window) shrink() { w.size = max(1, w.size/2) }
