// Command mutate measures how many faults the tests of a package notice: it makes
// many small changes to the package's code, one at a time, and runs the package's
// tests on each. A mutant is killed if a test fails or does not end; the score
// is the share of killed mutants.
//
//	go run ./internal/mutate [-n 200] [-seed 1] [-workers 2] PACKAGE…
//
// The checkout is not changed. All mutants of a package are compiled into one
// test program (go test -overlay) that has both the original and the changed code
// at each site; an environment variable selects. PATH is not set, so only tests that run no
// other program take part.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
)

type options struct {
	count   int
	seed    uint64
	workers int
	all     bool
}

func main() {
	var o options
	flag.IntVar(&o.count, "n", 200, "mutants per package")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the random sample")
	flag.IntVar(&o.workers, "workers", runtime.NumCPU(), "mutants tested at the same time")
	flag.BoolVar(&o.all, "v", false, "print killed mutants too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measureAll(ctx, os.Stdout, flag.Args(), o); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		stop()
		os.Exit(1)
	}
}

func measureAll(ctx context.Context, out io.Writer, packages []string, o options) error {
	var scores []string
	for _, path := range packages {
		score, err := measure(ctx, out, path, o)
		if err != nil {
			return fmt.Errorf("cannot measure %s: %w", path, err)
		}
		scores = append(scores, score)
	}
	for _, s := range scores {
		fmt.Fprintln(out, s)
	}
	return nil
}

// measure prints the survivors of a package and returns its score as a line.
func measure(ctx context.Context, out io.Writer, path string, o options) (string, error) {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	p, err := load(ctx, path)
	if err != nil {
		return "", err
	}
	p.findSites()
	sample := sampleOf(p.sites, o.seed)
	program, err := p.build(ctx, tmp, sample, o.count)
	if err != nil {
		return "", err
	}
	if err := program.observe(ctx); err != nil {
		return "", err
	}
	if err := program.testAll(ctx, o.workers); err != nil {
		return "", err
	}
	return program.report(out, o.all), nil
}
