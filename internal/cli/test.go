package cli

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/report"
	"github.com/vethlab/vethlab/topo"
)

func newTest(p *program) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [LAB|FILE]",
		Short: "Run a lab's tests with real packets",
		Long: `Run the tests of a lab's file in the running lab: which nodes must reach which and
which must not, by which protocol, with what delay and throughput. It waits for links
that are coming up. If a test needs a listener and there is none, vethlab listens.

If the file has no tests, each node must reach the next one. A lab given by name is
tested with the tests it was last brought up with. Without an argument it tests the
lab of the folder's file or, if there is none and stdout is a terminal, the only
running lab.

--all-pairs tests every address of every node from every other node instead, and
draws the results as a matrix. --watch tests again whenever the file or the lab's
links, addresses or routes change.

The exit code is 1 if a test failed, or if there is nothing to test. In GitHub Actions
each failed test is also an annotation, on stderr.`,
		Example: `  vethlab test
  vethlab test lab.yaml --watch
  vethlab test lab --all-pairs
  vethlab test lab.yaml --junit report.xml`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: p.completeLabs,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.commands.checked = !o.allPairs
			if o.watch {
				return p.testWatching(cmd.Context(), args, o)
			}
			lab, err := p.findTested(args, o)
			if err != nil {
				return p.untested(cmd.Context(), args, o, err)
			}
			return p.test(cmd.Context(), lab, o)
		},
	}
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	cmd.Flags().BoolVar(&o.allPairs, "all-pairs", false, "test every node from every other, instead of the file's tests")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "test again whenever something changes")
	cmd.Flags().StringVar(&o.junit, "junit", "", "also write the report to `FILE`, as JUnit's XML")
	commandFlags(cmd, &p.commands)
	outputFlag(cmd, &o.format, formatJUnit, formatTAP)
	return cmd
}

type testOptions struct {
	name     string
	format   format
	junit    string // file, or ""
	allPairs bool
	watch    bool
}

// tests returns the tests that replace the lab's; none by default.
func (o testOptions) tests() []topo.Test {
	if o.allPairs {
		return []topo.Test{{Matrix: true}}
	}
	return nil
}

// findTested returns the lab to test, and reports if its tests are unknown.
func (p *program) findTested(args []string, o testOptions) (*vethlab.Lab, error) {
	lab, err := p.findOwn(args, o.name)
	if err != nil {
		return nil, err
	}
	if t := lab.Topology(); t != nil {
		return lab, p.refuseCommands(t.Tests)
	}
	instead := "testing along its subnets"
	if o.allPairs {
		instead = "testing the addresses that it has now"
	}
	p.out.notice("%v, so its tests are unknown: %s", lab.DescriptionError(), instead)
	return lab, nil
}

// untested writes the report of a lab that could not be tested, for CI systems, and
// returns the reason. There is none of wrong usage; and if the command was re-executed,
// that has written it.
func (p *program) untested(ctx context.Context, args []string, o testOptions, reason error) error {
	if done := (placement.Reexecuted{}); errors.As(reason, &done) || exitCode(ctx, reason) == exitUsage {
		return reason
	}
	r := &vethlab.Report{Lab: p.nameOf(args, o.name), Results: []vethlab.TestResult{}, Err: reason}
	if err := p.writeReport(r, o); err != nil {
		return errors.Join(reason, err)
	}
	return reason
}

// nameOf returns the name of the lab that the arguments of a command mean, which need not
// be valid: of its file, or else the argument.
func (p *program) nameOf(args []string, name string) string {
	if name != "" {
		return name
	}
	if len(args) == 0 {
		file, err := folderFile()
		if err != nil {
			return ""
		}
		args = []string{file}
	}
	if data, _, err := p.readFrom(args[0]); err == nil {
		if checked, err := p.check(args[0], data); err == nil && checked.Err() == nil {
			return checked.Topology().Name
		}
	}
	return args[0]
}

// test runs the tests of a lab and writes the report. If a test failed, the error is an
// [exitError] without text.
func (p *program) test(ctx context.Context, lab *vethlab.Lab, o testOptions) error {
	done := p.out.startProgress("testing lab " + lab.Name())
	until, stop := untilDown(ctx, lab)
	defer stop()
	report := lab.Verify(until, o.tests()...)
	done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := ended(ctx, until, nil); err != nil {
		return err
	}
	if err := p.writeReport(report, o); err != nil {
		return err
	}
	if report.Err == nil && !report.OK() {
		return exitError{code: exitFailed}
	}
	return report.Err
}

// writeReport writes a report in the format of o, and as annotations and JUnit if wanted.
func (p *program) writeReport(r *vethlab.Report, o testOptions) error {
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		// GitHub reads annotations from stdout and stderr.
		p.out.passStderr(report.Annotations(plainReport(r), os.Getenv("GITHUB_WORKSPACE")))
	}
	if o.junit != "" {
		if err := os.WriteFile(o.junit, report.JUnit(plainReport(r)), 0o666); err != nil {
			return err
		}
	}
	switch o.format {
	case formatJSON:
		return p.out.json(r)
	case formatJUnit:
		p.out.write(report.JUnit(plainReport(r)))
	case formatTAP:
		p.out.write(report.TAP(plainReport(r)))
	case formatText:
		if len(r.Results) == 0 && r.Err != nil {
			return nil // no test was run
		}
		p.out.print("%s\n", r.Text(vethlab.TextOptions{Width: p.out.width(), Paint: p.paintVerdict, Translate: p.out.translate}))
	}
	return nil
}

func (p *program) paintVerdict(ok bool, word string) string {
	if ok {
		return p.out.paint(green, word)
	}
	return p.out.paint(red, word)
}

// plainReport returns a report for the formats of CI systems.
func plainReport(r *vethlab.Report) report.Report {
	plain := report.Report{Lab: r.Lab, Took: r.Took, Err: r.Err, Notes: r.Notes}
	for i := range r.Results {
		t := &r.Results[i]
		test := report.Test{Title: t.Title(), At: t.At, Pos: t.Pos, OK: t.OK, Found: t.Found, Details: t.Details(), Took: t.Took}
		if t.Name != "" {
			test.Subject = t.Subject
		}
		plain.Tests = append(plain.Tests, test)
	}
	return plain
}
