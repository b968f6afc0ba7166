package cli

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"
)

// A command that only looks ends soon after its context, whatever it waits for,
// and with what it found if it ends by itself.
func TestPromptly(t *testing.T) {
	blocked := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	begun := time.Now()
	if err := promptly(ctx, func() error { return <-blocked }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(begun); took > 3*promptGrace {
		t.Errorf("it took %v", took)
	}
	failed := errors.New("failed")
	if err := promptly(t.Context(), func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if err := promptly(ctx, func() error { return nil }); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	close(blocked)
}

// A full is a writer whose reader does not read.
type full chan bool

func (f full) Write(p []byte) (int, error) {
	<-f
	return len(p), nil
}

// A message comes out even while the output is held up.
func TestTalkWhileHeldUp(t *testing.T) {
	stdout, stderr := make(full), &bytes.Buffer{}
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
	o.say("interrupted")
	if took := time.Since(begun); took > 5*talkWait || stderr.String() != "vethlab: interrupted\n" {
		t.Errorf("%q after %v", stderr, took)
	}
	close(stdout)
	<-done
}
