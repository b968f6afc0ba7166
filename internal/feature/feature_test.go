package feature

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

func TestErrorIsUnsupported(t *testing.T) {
	f := &Feature{Name: "wireguard", Since: "5.6", module: "wireguard", option: "WIREGUARD"}
	m := laptop().with(files{"/proc/sys/kernel/osrelease": "4.19.0"}).machine(t)
	err := f.explain(m, fmt.Errorf("make it: %w", syscall.EOPNOTSUPP))
	if !errors.Is(err, errors.ErrUnsupported) || !errors.Is(err, syscall.EOPNOTSUPP) {
		t.Errorf("%v is neither unsupported nor what the kernel said", err)
	}
	const want = "wireguard: make it: operation not supported\n  Linux 5.6 or later: this is 4.19.0"
	if err.Error() != want {
		t.Errorf("got  %q\nwant %q", err, want)
	}
	if err := f.explain(m, syscall.EPERM); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v: not to be had is not to be had, whyever", err)
	}
	if err := f.explain(m, nil); err != nil {
		t.Errorf("nothing wrong: %v", err)
	}
}

// A feature is tried once, however many ask.
func TestErrOnce(t *testing.T) {
	var tries atomic.Int32
	missing := &Feature{Name: "missing", here: true, try: func() error { tries.Add(1); return syscall.EOPNOTSUPP }}
	there := &Feature{Name: "there", here: true, try: func() error { tries.Add(1); return nil }}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := missing.Err(); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("missing: %v", err)
			}
			if err := there.Err(); err != nil {
				t.Errorf("there: %v", err)
			}
			Try(there, missing)
		})
	}
	wg.Wait()
	if n := tries.Load(); n != 2 {
		t.Errorf("tried %d times, want 2", n)
	}
}

// What does not come back is left behind, and what waits for a turn goes without.
func TestAttemptEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := make(chan struct{})
	defer close(hang)
	var list []*Feature
	var begun sync.WaitGroup
	begun.Add(maxTries)
	for range maxTries {
		list = append(list, &Feature{Name: "hangs", try: func() error { begun.Done(); <-hang; return nil }})
	}
	done := make(chan []error)
	go func() { done <- tryOwn(ctx, append(list, &Feature{Name: "waits", try: func() error { return nil }})) }()
	begun.Wait()
	cancel()
	for i, err := range <-done {
		if !Untried(err) && i < maxTries {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// An answer says the same in the program that asked.
func TestAnswer(t *testing.T) {
	for _, reason := range []error{
		nil,
		syscall.EOPNOTSUPP,
		fmt.Errorf("open: %w", syscall.EACCES),
		errors.New("without a number"),
		errTime,
	} {
		text, err := json.Marshal(newAnswer(reason))
		if err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.Unmarshal(text, &a); err != nil {
			t.Fatal(err)
		}
		got := a.reason()
		if fmt.Sprint(got) != fmt.Sprint(reason) || Untried(got) != Untried(reason) {
			t.Errorf("notified of %v, got %v", reason, got)
		}
		if errno := syscall.Errno(0); errors.As(reason, &errno) && !errors.Is(got, errno) {
			t.Errorf("notified of %v, got %v", reason, got)
		}
	}
}

// Features are identified by name, also between programs.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		switch {
		case seen[f.Name]:
			t.Errorf("two features are called %s", f.Name)
		case f.Use == "":
			t.Errorf("%s is for nothing", f.Name)
		case f.try == nil && f != Rootless:
			t.Errorf("%s is not tried", f.Name)
		case byName(f.Name) != f:
			t.Errorf("%s is not found", f.Name)
		case f.adds != "" && f.module == "":
			t.Errorf("%s adds links by no module", f.Name)
		}
		seen[f.Name] = true
	}
}
