package probe

// A congestionWindow bounds the outstanding questions: those sent and neither
// answered nor retried.
//
// The first question from a host makes it resolve its neighbour, and a bridge floods
// that request to every port. A thousand such questions at once are a million
// packets, more than the kernel's queues hold, and the kernel repeats a dropped
// request only after a second. So the window grows by one with each answer, and is
// halved when the kernel drops packets (see backlog).
//
// It also grows with each retry: asking slowly gains nothing where targets do not
// answer or are far away.
type congestionWindow struct {
	size        int // how many questions may be outstanding, at least 1
	outstanding int // how many are
}

// initialWindow is small, as a request lost at first costs a second.
const initialWindow = 2

func newWindow() congestionWindow { return congestionWindow{size: initialWindow} }

// open reports whether one more question may be asked.
func (w *congestionWindow) open() bool { return w.outstanding < w.size }

// ask counts a question as outstanding.
func (w *congestionWindow) ask() { w.outstanding++ }

// leave counts a question as no longer outstanding.
func (w *congestionWindow) leave() { w.outstanding-- }

// answered grows the window after an answer, if it was full: otherwise the answer
// shows nothing about a larger window.
func (w *congestionWindow) answered() {
	if w.outstanding >= w.size {
		w.size++
	}
}

// silent grows the window after a question got no answer.
func (w *congestionWindow) silent() { w.size++ }

// shrink halves the window after packets were dropped.
func (w *congestionWindow) shrink() { w.size = max(1, w.size/2) }
