package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// fileInterval is how often a watched file is checked for changes.
const fileInterval = time.Second

// testWatching tests a lab, and again after each change of its file or of the lab, until
// interrupted.
func (p *program) testWatching(ctx context.Context, args []string, o testOptions) error {
	lab, err := p.findTested(args, o)
	if err != nil {
		return err
	}
	file, err := watchedFile(args, lab)
	if err != nil {
		return err
	}
	for {
		before := versionOf(file)
		watch, err := lab.Watch()
		if err != nil {
			return err
		}
		err = p.testOnce(ctx, lab, o)
		if err == nil {
			lab, err = p.awaitChange(ctx, lab, watch, file, before, o)
		}
		watch.Close()
		if err != nil {
			return err
		}
	}
}

// watchedFile returns the file of a lab, "" if it was given by name.
func watchedFile(args []string, lab *vethlab.Lab) (string, error) {
	switch {
	case lab.Topology() == nil:
		return "", nil
	case len(args) == 0:
		return folderFile()
	case args[0] == stdinFile:
		return "", exitError{exitUsage, errors.New("standard input can't be watched: name a file")}
	}
	return args[0], nil
}

// testOnce tests a lab. A failed test or a lab that is not running is not an error: the next
// change may fix it.
func (p *program) testOnce(ctx context.Context, lab *vethlab.Lab, o testOptions) error {
	err := p.test(ctx, lab, o)
	exit, invalid := exitError{}, topo.Errors{}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && exit.code == exitFailed && exit.err == nil:
		return nil
	case errors.Is(err, vethlab.ErrNotRunning), errors.Is(err, vethlab.ErrNothingToTest), errors.As(err, &invalid):
		p.out.notice("%v", err)
		return nil
	}
	return err
}

// awaitChange waits until the file or the lab changes, reports the change, and returns the
// lab to test next.
func (p *program) awaitChange(
	ctx context.Context, lab *vethlab.Lab, watch *vethlab.Watch, file string, before fileVersion, o testOptions,
) (*vethlab.Lab, error) {
	ctx, cancel := context.WithCancel(ctx)
	changes := make(chan []string, 1)
	failed := make(chan error, 1)
	go func() {
		commands, err := watch.Next(ctx)
		if failed <- err; err == nil {
			changes <- commands
		}
		close(changes)
	}()
	defer func() {
		cancel()
		for range changes { // closed when the goroutine ends
		}
	}()
	tick := time.NewTicker(fileInterval)
	defer tick.Stop()
	for {
		select {
		case err := <-failed:
			if err != nil {
				return nil, err
			}
			p.out.notice("the lab has changed: %s", words.List(<-changes, maxChanges))
			return lab, nil
		case <-tick.C:
			now := versionOf(file)
			if now == before {
				continue
			}
			before = now
			reloaded, err := p.load([]string{file}, o.name)
			if err == nil {
				p.out.notice("%s has changed", file)
				return reloaded, nil
			}
			p.out.notice("%v", err)
		}
	}
}

// maxChanges bounds the shown commands of a change.
const maxChanges = 5

// A fileVersion identifies the contents of a file by modification time and size.
type fileVersion struct {
	time time.Time
	size int64
}

// versionOf returns the current version of a file, zero if it does not exist.
func versionOf(file string) fileVersion {
	info, err := os.Stat(file)
	if err != nil {
		return fileVersion{}
	}
	return fileVersion{info.ModTime(), info.Size()}
}
