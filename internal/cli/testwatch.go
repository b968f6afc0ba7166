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

// fileInterval is how often a watched file is looked at.
const fileInterval = time.Second

// testAlways tests a lab, and again whenever its file or the lab itself changes, until
// it is interrupted.
func (p *program) testAlways(ctx context.Context, args []string, o testOptions) error {
	lab, err := p.findTested(args, o)
	if err != nil {
		return err
	}
	file, err := watchedFile(args, lab)
	if err != nil {
		return err
	}
	for {
		before := stamp(file)
		watch, err := lab.Watch()
		if err != nil {
			return err
		}
		err = p.testAgain(ctx, lab, o)
		if err == nil {
			lab, err = p.awaitChange(ctx, lab, watch, file, before, o)
		}
		watch.Close()
		if err != nil {
			return err
		}
	}
}

// watchedFile returns the file that a lab is from, or "".
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

// testAgain tests a lab. That a test fails, or that the lab is down, is no error:
// it can change.
func (p *program) testAgain(ctx context.Context, lab *vethlab.Lab, o testOptions) error {
	err := p.test(ctx, lab, o)
	exit, invalid := exitError{}, topo.Errors{}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && exit.code == exitFailed && exit.err == nil:
		return nil
	case errors.Is(err, vethlab.ErrNotRunning), errors.Is(err, vethlab.ErrNothingToTest), errors.As(err, &invalid):
		p.out.say("%v", err)
		return nil
	}
	return err
}

// awaitChange waits until the file or the lab changes, says what did, and returns
// the lab as it is to be tested then.
func (p *program) awaitChange(
	ctx context.Context, lab *vethlab.Lab, watch *vethlab.Watch, file string, before fileStamp, o testOptions,
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
		for range changes { // it has ended when this is closed
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
			p.out.say("the lab has changed: %s", words.List(<-changes, maxChanges))
			return lab, nil
		case <-tick.C:
			now := stamp(file)
			if now == before {
				continue
			}
			before = now
			reloaded, err := p.load([]string{file}, o.name)
			if err == nil {
				p.out.say("%s has changed", file)
				return reloaded, nil
			}
			p.out.say("%v", err)
		}
	}
}

// maxChanges is how many commands are shown of a change.
const maxChanges = 5

// A fileStamp tells one version of a file from another.
type fileStamp struct {
	time time.Time
	size int64
}

// stamp returns what version of a file is there; the zero value if there is none.
func stamp(file string) fileStamp {
	info, err := os.Stat(file)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.ModTime(), info.Size()}
}
