package cli

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"
)

// returnOnCancel returns soon after the end of the context although fn blocks, and
// otherwise returns the error of fn.
func TestReturnOnCancel(t *testing.T) {
	blocked := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	begun := time.Now()
	if err := returnOnCancel(ctx, func() error { return <-blocked }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(begun); took > 3*cancelGrace {
		t.Errorf("it took %v", took)
	}
	failed := errors.New("failed")
	if err := returnOnCancel(t.Context(), func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if err := returnOnCancel(ctx, func() error { return nil }); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(blocked)
}

// A blockedWriter blocks until it is closed.
type blockedWriter chan bool

func (w blockedWriter) Write(p []byte) (int, error) {
	<-w
	return len(p), nil
}

// A message is written while a write to stdout blocks.
func TestNoticeWhileStdoutBlocks(t *testing.T) {
	stdout, stderr := make(blockedWriter), &bytes.Buffer{}
	o := newOut(stdout, stderr)
	done := make(chan bool)
	go func() {
		defer close(done)
		o.print("data")
	}()
	for o.mu.TryLock() {
		o.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	begun := time.Now()
	o.notice("interrupted")
	if took := time.Since(begun); took > 5*messageWait || stderr.String() != "vethlab: interrupted\n" {
		t.Errorf("%q after %v", stderr, took)
	}
	close(stdout)
	<-done
}
