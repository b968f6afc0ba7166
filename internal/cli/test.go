package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
)

func newTest(p *program) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [LAB|FILE]",
		Short: "Prove with packets what a lab's tests say",
		Long: `Send ICMP echo requests inside a running lab and compare what is found with what
its file expects. Links that are coming up are waited for. Without tests in the
file each node must reach the next one; a lab that is named, not given by its
file, is tested along its subnets.

The exit code is 1 if a test failed.`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			lab, err := p.find(args, o.name)
			if err != nil {
				return err
			}
			if lab.Topology() == nil {
				p.out.say("the file of lab %s is not given: testing along its subnets", lab.Name())
			}
			return p.test(cmd.Context(), lab, o.format)
		},
	}
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	outputFlag(cmd, &o.format)
	return cmd
}

type testOptions struct {
	name   string
	format format
}

// test runs the tests of a lab and writes what was found. If one failed, the
// error is an [exitError] without words.
func (p *program) test(ctx context.Context, lab *vethlab.Lab, f format) error {
	done := p.out.working("testing lab " + lab.Name())
	report, err := lab.Test(ctx)
	done()
	if err != nil {
		return err
	}
	if f == formatJSON {
		err = p.out.json(report)
	} else {
		p.printReport(report)
	}
	if err == nil && !report.OK() {
		err = exitError{code: exitFailed}
	}
	return err
}

func (p *program) printReport(report *vethlab.Report) {
	from, to := 0, 0
	for _, r := range report.Results {
		from, to = max(from, len(r.From)), max(to, len(r.To))
	}
	for _, r := range report.Results {
		p.out.print("%s  %s → %s  %s\n", p.verdict(r.OK), pad(r.From, from), pad(r.To, to), finding(r))
	}
	p.out.print("%s\n", testSummary(report))
}

func (p *program) verdict(ok bool) string {
	if ok {
		return p.out.paint(green, "ok  ")
	}
	return p.out.paint(red, "FAIL")
}

// finding says what was expected and found: "reachable (0.05 ms)".
func finding(r vethlab.TestResult) string {
	switch {
	case !r.OK && r.Reasons() != "":
		return fmt.Sprintf("expected %s, found %s: %s", r.Expect, r.Found, r.Reasons())
	case !r.OK:
		return fmt.Sprintf("expected %s, found %s", r.Expect, r.Found)
	}
	if rtt := slowest(r); rtt > 0 {
		return fmt.Sprintf("%s (%s)", r.Found, short(rtt))
	}
	return string(r.Found)
}

// slowest returns the longest round trip of a test, 0 if nothing answered.
func slowest(r vethlab.TestResult) time.Duration {
	var rtt time.Duration
	for _, probe := range r.Probes {
		if probe.Answered {
			rtt = max(rtt, probe.RTT)
		}
	}
	return rtt
}

func testSummary(report *vethlab.Report) string {
	n := plural(len(report.Results), "test")
	if failed := report.Failed(); failed > 0 {
		return fmt.Sprintf("%s, %d failed, in %s", n, failed, short(report.Took))
	}
	return fmt.Sprintf("%s, all as expected, in %s", n, short(report.Took))
}
