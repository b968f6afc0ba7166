package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A test is one function of the test program.
type test struct {
	name string
	took time.Duration
}

// A verdict is the result of a mutant.
type verdict string

const (
	killed    verdict = "killed"
	timedOut  verdict = "did not end"
	survived  verdict = "survived"
	unreached verdict = "no test reaches it"
)

// Limits of one run of tests. With a mutant, the timeout is baseTimeout and timeoutFactor
// times the time without one.
const (
	maxMemory     = 6 << 20 // KiB
	baseTimeout   = 5 * time.Second
	timeoutFactor = 4
	testTimeout   = 2 * time.Minute // of one test without a mutant
)

// run runs tests, with the mutant in env or without one.
func (p *program) run(ctx context.Context, tests []string, limit time.Duration, env ...string) error {
	args := []string{
		"-c", fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, maxMemory), p.file, "-test.failfast", "-test.short",
		"-test.timeout", limit.String(), "-test.run", "^(" + strings.Join(tests, "|") + ")$",
	}
	if p.rapid {
		args = append(args, "-rapid.nofailfile", "-rapid.shrinktime=0s", "-rapid.seed=1")
	}
	ctx, cancel := context.WithTimeout(ctx, limit+5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", args...)
	cmd.Dir = p.dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "PATH=") }), env...)
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if strings.Contains(string(output), "panic: test timed out") || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errTimeout
	}
	return err
}

var errTimeout = errors.New("the tests did not end")

var testName = regexp.MustCompile(`(?m)^(Test|Fuzz|Example)\w*$`)

// observe runs each test alone without a mutant, and records which mutants it reaches. Tests
// that fail are skipped.
func (p *program) observe(ctx context.Context) error {
	list := exec.CommandContext(ctx, p.file, "-test.list", ".")
	list.Dir = p.dir
	out, err := list.Output()
	if err != nil {
		return err
	}
	for _, name := range testName.FindAllString(string(out), -1) {
		file := filepath.Join(p.tmp, "reached-"+name)
		begin := time.Now()
		if err := p.run(ctx, []string{name}, testTimeout, "MUTANTS_REACHED="+file); err != nil {
			p.skipped = append(p.skipped, name)
			continue
		}
		p.tests = append(p.tests, test{name, time.Since(begin)})
		data, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		for line := range strings.FieldsSeq(string(data)) {
			id, err := strconv.Atoi(line)
			if err != nil {
				return err
			}
			p.sites[id-1].tests = append(p.sites[id-1].tests, name)
		}
	}
	return ctx.Err()
}

// testAll finds the verdict of each mutant.
func (p *program) testAll(ctx context.Context, workers int) error {
	queue := make(chan *site)
	var all sync.WaitGroup
	for range max(1, workers) {
		all.Go(func() {
			for s := range queue {
				s.verdict = p.judge(ctx, s)
			}
		})
	}
	for _, s := range p.sites {
		queue <- s
	}
	close(queue)
	all.Wait()
	return ctx.Err()
}

func (p *program) judge(ctx context.Context, s *site) verdict {
	if len(s.tests) == 0 {
		return unreached
	}
	limit := baseTimeout
	for _, t := range p.tests {
		if slices.Contains(s.tests, t.name) {
			limit += timeoutFactor * t.took
		}
	}
	err := p.run(ctx, s.tests, limit, "MUTANT="+strconv.Itoa(s.id))
	switch {
	case errors.Is(err, errTimeout):
		return timedOut
	case err != nil:
		return killed
	}
	return survived
}
