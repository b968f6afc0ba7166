package probe

import (
	"testing"
	"time"
)

const quick = 50 * time.Microsecond

// answerAll answers all that is outstanding.
func answerAll(w *window, rtt time.Duration) {
	for w.out > 0 {
		w.answered(rtt)
		w.leave()
	}
}

// fill asks until the window is full.
func fill(w *window) {
	for w.open() {
		w.ask()
	}
}

func TestWindowGrowsWithQuickAnswers(t *testing.T) {
	w := newWindow()
	for range 50 {
		fill(&w)
		answerAll(&w, quick)
	}
	if w.size < 20 {
		t.Errorf("after 50 quick rounds the window is %d", w.size)
	}
}

func TestWindowOfALongWayGrows(t *testing.T) {
	w := newWindow()
	for range 50 {
		fill(&w)
		answerAll(&w, 80*time.Millisecond)
	}
	if w.size < 20 {
		t.Errorf("where all answers take 80 ms the window is %d", w.size)
	}
}

func TestWindowStaysIfNotFull(t *testing.T) {
	w := newWindow()
	for range 50 {
		w.ask()
		answerAll(&w, quick)
	}
	if w.size != firstWindow {
		t.Errorf("asked one by one the window is %d, want %d", w.size, firstWindow)
	}
}

func TestWindowShrinksWithSlowAnswers(t *testing.T) {
	w := window{size: 64, best: quick}
	fill(&w)
	answerAll(&w, 20*time.Millisecond)
	if w.size != 1 {
		t.Errorf("after 64 slow answers the window is %d, want 1", w.size)
	}
	if w.ask(); w.open() {
		t.Error("a window of 1 is open while a question is outstanding")
	}
	if w.leave(); !w.open() {
		t.Error("a window with nothing outstanding is not open")
	}
}

func TestSilenceIsSoonThrough(t *testing.T) {
	w := newWindow()
	rounds, asked := 0, 0
	for ; asked < 1000; rounds++ {
		for w.open() {
			w.ask()
			asked++
		}
		for w.out > 0 {
			w.silent()
			w.leave()
		}
	}
	if rounds > 10 {
		t.Errorf("a thousand silent targets took %d rounds", rounds)
	}
}

// A few that answer among many that are silent must not hold the window down.
func TestSilenceAmongAnswers(t *testing.T) {
	w := newWindow()
	rounds, asked := 0, 0
	for ; asked < 1000; rounds++ {
		for w.open() {
			asked++
			if w.ask(); asked%10 == 0 {
				w.answered(quick)
				w.leave()
			}
		}
		for w.out > 0 {
			w.silent()
			w.leave()
		}
	}
	if rounds > 10 {
		t.Errorf("a hundred answers among a thousand questions took %d rounds", rounds)
	}
}
