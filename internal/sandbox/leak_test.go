//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// A holder takes at most 6 MiB.
func TestHolderMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	holderFileDir(t)
	box := start(t, "lab")
	run(t, box, "exit", "0") // now the holder waits
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", box.Holder()))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	if kib > 6<<10 {
		t.Errorf("the holder takes %d KiB, want at most %d", kib, 6<<10)
	}
}

// Sandboxes leave no descriptors open in the program that used them.
func TestNothingLeaks(t *testing.T) {
	holderFileDir(t)
	count := func(dir string) int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	settled := func(most int) int { // a goroutine reaps the ended holder
		deadline := time.Now().Add(5 * time.Second)
		for count("/proc/self/fd") > most && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		return count("/proc/self/fd")
	}
	var fds int
	for round := range 5 {
		box, err := sandbox.Start("lab")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := box.Run([]string{"test", "exit", "0"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if ended, err := box.End(); !ended || err != nil {
			t.Fatal(ended, err)
		}
		box.Close()
		if round == 0 {
			fds = count("/proc/self/fd")
		} else if now := settled(fds); now > fds {
			t.Errorf("%d descriptors after the first round, %d after %d", fds, now, round+1)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	holderFileDir(b)
	for b.Loop() {
		box, err := sandbox.Start("lab")
		if err != nil {
			b.Fatal(err)
		}
		if ended, err := box.End(); !ended || err != nil {
			b.Fatal(ended, err)
		}
		box.Close()
	}
}

func BenchmarkRun(b *testing.B) {
	holderFileDir(b)
	box := start(b, "lab")
	for b.Loop() {
		if _, err := box.Run([]string{"test", "exit", "0"}, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
