package vethlab

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// endGrace is the time from SIGTERM to SIGKILL for processes inside a lab.
const endGrace = 2 * time.Second

// Down ends the processes inside the lab, removes it, and returns when the kernel has
// deleted its namespaces. A lab that does not run is not an error.
func (l *Lab) Down(ctx context.Context) error {
	return l.teardown(ctx, func(names []string, unfinished bool) error {
		held, err := kernel.Remove(ctx, names)
		if err == nil && unfinished {
			err = kernel.AwaitRemoved(ctx)
		}
		if err == nil && len(held) > 0 {
			l.notify(EventEnd, "a process or an open descriptor still holds %s; the kernel deletes it when it is released", words.List(held, maxListed))
		}
		return err
	})
}

// Drop removes the lab as Down does, but does not wait until the kernel has deleted its
// namespaces, which takes some 10 ms. All names are free at once, except those of links
// in the host namespace.
func (l *Lab) Drop(ctx context.Context) error {
	return l.teardown(ctx, func(names []string, _ bool) error { return netns.Remove(names...) })
}

// teardown removes the lab; remove removes its namespaces. Unfinished says that the kernel
// may still be deleting others, without a name, which a killed Down began to remove.
func (l *Lab) teardown(ctx context.Context, remove func(names []string, unfinished bool) error) error {
	lock, err := l.acquire(ctx)
	if err != nil {
		return err
	}
	defer lock.Release()
	l.up.Store(false)
	l.transports.closeIdle()
	names, err := l.namespaces()
	if err != nil {
		return err
	}
	unfinished := !lock.Finished()
	if len(names) > 0 || unfinished {
		lock.Begin()
		if err := l.endProcesses(names); err != nil {
			return err
		}
		if err := remove(names, unfinished); err != nil {
			return err
		}
	}
	if len(names) > 0 {
		l.notify(EventChange, "lab %s deleted", l.name)
	}
	return errors.Join(kernel.RemoveLinks(l.name), l.clearLeftovers(), lock.Retire(ctx))
}

// namespaces returns the names of the lab's namespaces.
func (l *Lab) namespaces() ([]string, error) {
	marks, err := kernel.Labs()
	if err != nil {
		return nil, err
	}
	var names []string
	for name, mark := range marks {
		if mark.Lab == l.name {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, state.CompareNames)
	return names, nil
}

func (l *Lab) endProcesses(names []string) error {
	processes, err := netns.Processes(names...)
	if err != nil || len(processes) == 0 {
		return err
	}
	ours := netns.Ancestors()
	processes = slices.DeleteFunc(processes, func(p netns.Process) bool { return ours[p.PID] })
	var list []string
	for _, p := range processes {
		list = append(list, p.String())
	}
	if len(list) > 0 {
		l.notify(EventEnd, "ending %s", words.List(list, maxListed))
	}
	netns.Terminate(processes, endGrace)
	return nil
}

// clearLeftovers removes the files of namespaces that a crash left half made.
func (l *Lab) clearLeftovers() error {
	left, err := netns.Leftovers()
	if err != nil {
		return err
	}
	var names []string
	for name, content := range left {
		if mark, ok := state.ParseNamespaceMark(content); ok && mark.Lab == l.name {
			names = append(names, name)
		}
	}
	return netns.Remove(names...)
}
