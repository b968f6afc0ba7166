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

// A holder takes at most 6 MiB besides the pages of the program, which all holders share:
// some 1.5 MiB, or more where the kernel gives it huge pages.
func TestHolderMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes memory of its own")
	}
	holderFileDir(t)
	box := start(t, "lab")
	run(t, box, "exit", "0") // now the holder waits
	if kib := residentKiB(t, box.Holder(), "RssAnon"); kib > 6<<10 {
		t.Errorf("the holder takes %d KiB, want at most %d", kib, 6<<10)
	}
}

// residentKiB returns a size of a process in KiB, by its name in proc_pid_status(5).
func residentKiB(t *testing.T, pid int, name string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), name+":")
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	return kib
}

// The code and constants of the program, which many holders share, are resident only as far
// as needed. How much one access makes resident depends on the kernel.
func TestDropFilePages(t *testing.T) {
	const kind = "RssFile"
	before := residentKiB(t, os.Getpid(), kind)
	sandbox.DropFilePages()
	if after := residentKiB(t, os.Getpid(), kind); after > before*3/4 {
		t.Errorf("%d KiB, then %d", before, after)
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
