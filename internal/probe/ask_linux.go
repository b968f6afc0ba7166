package probe

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Ask asks all questions and returns an answer for each, in their order. It
// returns as soon as all have answered or been refused, at the latest when all
// are asked and nobody has answered for the length of the timeout: a thousand
// hosts that all look for each other keep a machine busy for seconds. If ctx
// ends first, what has not answered fails with its error.
func Ask(ctx context.Context, questions []Question, opts Options) []Answer {
	answers := make([]Answer, len(questions))
	var echoes, calls []int
	for i, q := range questions {
		answers[i] = Answer{Question: q}
		if q.Via == ICMP {
			echoes = append(echoes, i)
		} else {
			calls = append(calls, i)
		}
	}
	wait := introduce(ctx, answers, opts)
	defer wait()
	var all sync.WaitGroup
	all.Go(func() { askEchoes(ctx, answers, echoes, opts) })
	all.Go(func() { askCalls(ctx, answers, calls, opts) })
	all.Wait()
	for i := range answers {
		a := &answers[i]
		if a.Received == 0 {
			a.Found = verdictOf(a.Err)
		}
	}
	return answers
}

// maxSockets is how many sockets are open at a time for one purpose: a quarter
// of what the process may open, so that something is left for others.
func maxSockets() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 128
	}
	return int(min(max(limit.Cur/4, 16), 4096))
}

// explain adds to an error of the system what it means here.
func explain(err error) error {
	if err == nil {
		return nil
	}
	for _, meaning := range [...]struct {
		err   error
		words string
	}{
		{unix.ENETUNREACH, "there is no route"},
		{unix.EHOSTUNREACH, "the node's own route says so"},
		{unix.EACCES, "the node's own route prohibits it"},
		{unix.EINVAL, "the node's own route drops it"},
		{unix.EPERM, "a filter of the node itself drops it"},
		{unix.ENOBUFS, "the machine's table of neighbours is full, raise net.ipv4.neigh.default.gc_thresh3 " +
			"and net.ipv6.neigh.default.gc_thresh3"},
	} {
		if errors.Is(err, meaning.err) {
			return fmt.Errorf("%w: %s", err, meaning.words)
		}
	}
	return err
}

// final reports whether an error of sending says that there is nothing to wait
// for. Others may pass: a full table of neighbours, an address that is still
// looked for.
func final(err error) bool {
	for _, e := range [...]error{unix.ENETUNREACH, unix.EHOSTUNREACH, unix.EACCES, unix.EINVAL, unix.EPERM, unix.EMSGSIZE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
