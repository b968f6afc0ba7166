package probe

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Ask asks all questions in parallel and returns an answer for each, in their
// order. It returns as soon as every target has answered or refused, at the latest
// when all questions are sent and no answer has come for the length of the timeout.
// (Address resolution among a thousand hosts takes seconds.) If ctx ends first, the
// open questions fail with its error.
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
	wait := preResolve(ctx, answers, opts)
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

// maxSockets bounds the sockets open at a time for one purpose: a quarter of
// RLIMIT_NOFILE, at least 16 and at most 4096.
func maxSockets() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 128
	}
	return int(min(max(limit.Cur/4, 16), 4096))
}

// explain adds to the error of a send what it means for a route or packet filter.
func explain(err error) error {
	if err == nil {
		return nil
	}
	for _, meaning := range [...]struct {
		err   error
		words string
	}{
		{unix.ENETUNREACH, "there is no route"},
		{unix.EHOSTUNREACH, "the node has an unreachable route"},
		{unix.EACCES, "the node has a prohibit route"},
		{unix.EINVAL, "the node has a blackhole route"},
		{unix.EPERM, "the node's own packet filter drops it"},
		{unix.ENOBUFS, "the neighbour table is full, raise net.ipv4.neigh.default.gc_thresh3 " +
			"and net.ipv6.neigh.default.gc_thresh3"},
	} {
		if errors.Is(err, meaning.err) {
			return fmt.Errorf("%w: %s", err, meaning.words)
		}
	}
	return err
}

// final reports whether the error of a send is permanent. Others may pass: a full
// neighbour table, an address that is being resolved.
func final(err error) bool {
	for _, e := range [...]error{unix.ENETUNREACH, unix.EHOSTUNREACH, unix.EACCES, unix.EINVAL, unix.EPERM, unix.EMSGSIZE} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
