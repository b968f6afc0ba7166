//go:build linux

package vethlab_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

const starFile = "nodes: {sw: {kind: switch}}\nlinks: [[a, sw], [b, sw], [c, sw], [d, sw]]\n"

// Two concurrent Ups of one lab succeed, in one program or in two.
func TestConcurrentUps(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	before := look(t)
	file := labFile(t, "two", starFile)
	for range 5 {
		concurrently(t,
			func() error { _, err := mustOpen(t, file).Up(t.Context()); return err },
			func() error { _, err := mustOpen(t, file).Up(t.Context()); return err },
			actor(t, "up", file, 0).Run,
			actor(t, "up", file, 0).Run,
		)
		isUp(t, mustOpen(t, file))
		down(t, mustOpen(t, file))
		before.unchanged(t)
	}
}

// After concurrent Ups and Downs the lab is complete or deleted.
func TestConcurrentUpsAndDowns(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	before := look(t)
	file := labFile(t, "mixed", starFile)
	for range 5 {
		concurrently(t,
			func() error { _, err := mustOpen(t, file).Up(t.Context()); return err },
			func() error { return mustOpen(t, file).Down(t.Context()) },
			actor(t, "up", file, 0).Run,
			actor(t, "down", file, 0).Run,
		)
		up(t, mustOpen(t, file))
		down(t, mustOpen(t, file))
		before.unchanged(t)
	}
}

// Labs that go up and down at the same time do not affect each other.
func TestConcurrentLabs(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	before := look(t)
	stays := parse(t, "name: stays\n"+starFile)
	up(t, stays)
	var all []func() error
	for i := range 4 {
		lab := parse(t, fmt.Sprintf("name: lab%d\n%s", i, starFile))
		all = append(all, func() error { return cycle(t, lab) })
	}
	concurrently(t, all...)
	isUp(t, stays)
	down(t, stays)
	before.unchanged(t)
}

func cycle(t *testing.T, lab *vethlab.Lab) error {
	for range 3 {
		if _, err := lab.Up(t.Context()); err != nil {
			return err
		}
		change, err := lab.Plan()
		if err != nil {
			return err
		}
		if !change.Empty() {
			return fmt.Errorf("%s: after Up there is a plan: %v", lab.Name(), change.Steps())
		}
		if err := lab.Down(t.Context()); err != nil {
			return err
		}
	}
	return nil
}

// concurrently calls functions at the same time and waits for all.
func concurrently(t *testing.T, all ...func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for i, fn := range all {
		wg.Go(func() {
			if err := fn(); err != nil {
				t.Errorf("function %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// A program that makes and removes labs many times leaks no descriptors or threads.
func TestNothingLeaks(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: leak\n"+starFile)
	cycleOnce := func() {
		up(t, lab)
		if err := lab.Verify(t.Context()).Err; err != nil {
			t.Fatal(err)
		}
		down(t, lab)
	}
	cycleOnce()
	before, descriptors := look(t), count(t, "/proc/self/fd")
	for range 20 {
		cycleOnce()
	}
	before.unchanged(t)
	if got := count(t, "/proc/self/fd"); got > descriptors {
		t.Errorf("%d descriptors, before there were %d", got, descriptors)
	}
	const most = 40 // the runtime keeps idle threads
	if got := count(t, "/proc/self/task"); got > most {
		t.Errorf("%d threads, want at most %d", got, most)
	}
}

func count(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
