package probe

import "testing"

// answerAll answers all that is outstanding.
func answerAll(w *congestionWindow) {
	for w.outstanding > 0 {
		w.answered()
		w.leave()
	}
}

// fill asks until the window is full.
func fill(w *congestionWindow) (asked int) {
	for ; w.open(); asked++ {
		w.ask()
	}
	return asked
}

func TestWindowGrowsWithAnswers(t *testing.T) {
	w := newWindow()
	for range 50 {
		fill(&w)
		answerAll(&w)
	}
	if w.size < 20 {
		t.Errorf("after 50 rounds the window is %d", w.size)
	}
}

func TestWindowStaysIfNotFull(t *testing.T) {
	w := newWindow()
	for range 50 {
		w.ask()
		answerAll(&w)
	}
	if w.size != initialWindow {
		t.Errorf("asked one by one the window is %d, want %d", w.size, initialWindow)
	}
}

func TestWindowShrinks(t *testing.T) {
	w := congestionWindow{size: 64}
	for range 10 {
		w.shrink()
	}
	if w.size != 1 {
		t.Errorf("after all the window is %d, want 1", w.size)
	}
	if w.ask(); w.open() {
		t.Error("a window of 1 is open while a question is outstanding")
	}
	if w.leave(); !w.open() {
		t.Error("a window with nothing outstanding is not open")
	}
}

// A thousand targets of which none or few answer take few rounds.
func TestUnansweredTakeFewRounds(t *testing.T) {
	for _, answering := range []int{0, 10, 2} { // one in this many
		w := newWindow()
		rounds, asked := 0, 0
		for ; asked < 1000; rounds++ {
			asked += fill(&w)
			for i := 0; w.outstanding > 0; i++ {
				if answering > 0 && i%answering == 0 {
					w.answered()
				} else {
					w.silent()
				}
				w.leave()
			}
		}
		if rounds > 15 {
			t.Errorf("one in %d: a thousand targets took %d rounds", answering, rounds)
		}
	}
}
