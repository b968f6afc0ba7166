package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/words"
)

func newDoctor(p *program) *cobra.Command {
	var f format
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Show what this machine and this user can do, and how to fix the rest",
		Long: `Show whether labs can be made here, as root and without, and what they, or
commands of yours in their nodes, can use of this kernel. What is missing is
shown with the command or the package that fixes it.

Each feature is tried, in namespaces that are deleted afterwards. Nothing else is
changed, except that the kernel loads the modules of the features, as on any use.
Modules that would add links to the machine, such as bonding with its bond0, are
looked for on disk instead.

  ok        works
  limited   works, with the restriction that is shown
  missing   does not work; red if labs themselves need it
  unknown   could not be tried

As root, features are tried on the machine; otherwise in a sandbox like the one labs
run in. --root and --rootless override that.

The exit code is 0 if labs can be made, 1 if not.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.doctor(cmd.Context(), f) },
	}
	outputFlag(cmd, &f)
	return cmd
}

func (p *program) doctor(ctx context.Context, f format) error {
	p.noteIgnored()
	done := p.out.startProgress("trying the features")
	report := feature.Examine(ctx, p.process.Features())
	done()
	if f == formatJSON {
		if err := p.out.json(report); err != nil {
			return err
		}
	} else {
		p.out.print("%s", p.doctorText(report))
	}
	if !report.CanRun {
		return exitError{code: exitFailed}
	}
	return nil
}

// doctorText returns a report as text.
func (p *program) doctorText(r *feature.Report) string {
	var b strings.Builder
	b.WriteString(joinWords(" on ", strings.TrimSpace("Linux "+r.Kernel), r.System) + "\n")
	for _, g := range r.Groups {
		b.WriteString("\n" + joinWords(": ", p.out.paint(bold, g.Name), g.About) + "\n")
		width := 0
		for _, c := range g.Checks {
			width = max(width, len(c.Name))
		}
		for _, c := range g.Checks {
			if c.State == feature.Unknown && !r.CanRun {
				c.Reason, c.Fix = "", "" // the cause is that labs can't run, which is printed
			}
			b.WriteString(p.checkLines(c, width))
		}
	}
	b.WriteString("\n" + strings.Join(r.Verdict, "\n") + "\n")
	return b.String()
}

// markWidth is the width of the longest state.
const markWidth = len("unknown")

// checkLines returns the lines of one check. width is that of the longest name.
func (p *program) checkLines(c feature.Check, width int) string {
	mark := p.out.paint(markStyle(c), words.Pad(string(c.State), markWidth))
	lines := "  " + mark + "  " + words.Pad(c.Name, width) + "  " + joinWords(": ", c.Found, c.Use) + "\n"
	indent := strings.Repeat(" ", 2+markWidth+2+width+2)
	// The reason is left out for a missing feature that labs do not use and that has a fix.
	if c.Reason != "" && (c.Used || c.Fix == "" || c.State == feature.Limited) {
		lines += indent + c.Reason + "\n"
	}
	if c.Fix != "" {
		lines += indent + p.out.paint(bold, "→ ") + c.Fix + "\n"
	}
	return lines
}

// markStyle is red only for a missing feature that labs use.
func markStyle(c feature.Check) style {
	switch {
	case c.State == feature.OK:
		return green
	case c.State == feature.Missing && c.Used:
		return red
	}
	return amber
}

// joinWords joins the words that are not empty.
func joinWords(separator string, words ...string) string {
	var nonempty []string
	for _, w := range words {
		if w != "" {
			nonempty = append(nonempty, w)
		}
	}
	return strings.Join(nonempty, separator)
}
