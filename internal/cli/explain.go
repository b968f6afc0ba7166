package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/explain"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

func newExplain(p *program) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain [FILE]\n  vethlab explain --op COMMAND",
		Short: "Explain in words, command by command, how a lab is made",
		Long: `Explain how a lab is built: each command, what it does, the command that shows the
result, and its output. Nothing is built. A kind of step is explained in full the
first time and in brief after that; output is shown where it is new. Long runs of
steps without anything new are shortened, unless --all is given.

The style is that of the commands, as for script: direct, or tutorial, in which each
veth pair is created in the host namespace and its ends are moved.

With --op it explains one command: its words, its full spelling, and the request to
the kernel.`,
		Example: `  vethlab explain lab.yaml
  vethlab explain --style tutorial --lang zh-TW lab.yaml
  vethlab explain --op 'ip l set eth0 master br0 up'`,
		DisableFlagsInUseLine: true,
		Args:                  arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction:     completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("op") {
				return p.explainLab(args, o)
			}
			if len(args) > 0 {
				return usageError{cmd, errors.New("give a file or --op, not both")}
			}
			return p.explainCommand(o)
		},
	}
	cmd.Flags().StringVar(&o.command, "op", "", "explain one `COMMAND`")
	cmd.Flags().StringVar(&o.name, "name", "", nameFlag)
	cmd.Flags().BoolVar(&o.all, "all", false, "do not shorten")
	styleFlag(cmd, &o.style)
	langFlag(cmd, &o.lang)
	outputFlag(cmd, &o.format)
	return cmd
}

type explainOptions struct {
	command string
	name    string
	all     bool
	style   format
	lang    words.Lang
	format  format
}

// An explainedStep is one command of a plan with its explanation.
type explainedStep struct {
	vethlab.Step
	explain.Text
	Shown string `json:"shown,omitempty"` // the output of Look

	isNew bool // an earlier step has no such topic
	looks bool // Shown is new
}

func (p *program) explainLab(args []string, o explainOptions) error {
	lab, err := p.load(args, o.name)
	if err != nil {
		return err
	}
	c, err := compile.CompileChecked(lab.Checked())
	if err != nil {
		return err
	}
	ops := planNew(c)
	if o.style == styleTutorial {
		ops = plan.Tutorial(ops)
	}
	tour := explain.Tour(ops)
	views, err := explain.Views(tour)
	if err != nil {
		return err
	}
	steps := explainSteps(tour, stepsOf(c, ops), o.lang)
	for i, v := range views {
		steps[i].Shown, steps[i].looks = v.Shown, v.New
	}
	if o.format == formatJSON {
		return p.out.json(steps)
	}
	p.printExplained(steps, o)
	return nil
}

// explainCommand explains the command of --op.
func (p *program) explainCommand(o explainOptions) error {
	ops, err := iproute2.Parse(o.command)
	if err != nil {
		return exitError{exitUsage, fmt.Errorf("%s: %w", o.command, err)}
	}
	steps := make([]vethlab.Step, len(ops))
	for i, op := range ops {
		steps[i] = vethlab.Step{Command: iproute2.Print(op)}
	}
	list := explainSteps(explain.Tour(ops), steps, o.lang)
	if o.format == formatJSON {
		return p.out.json(list)
	}
	for _, e := range list {
		p.printStep(e, "")
	}
	return nil
}

// explainSteps joins the commands of a plan with their explanations.
func explainSteps(tour []explain.Step, commands []vethlab.Step, lang words.Lang) []explainedStep {
	steps := make([]explainedStep, len(tour))
	for i, s := range tour {
		steps[i] = explainedStep{Step: commands[i], Text: s.Text(lang), isNew: s.New, looks: s.New}
	}
	return steps
}

// planNew returns the plan that makes a whole lab.
func planNew(c *compile.Lab) plan.Plan { return plan.Diff(state.New(), c.State) }

// stepsOf returns the steps of a plan with their nodes and lines of the lab file.
func stepsOf(c *compile.Lab, ops plan.Plan) []vethlab.Step {
	steps := make([]vethlab.Step, len(ops))
	for i, op := range ops {
		node, pos := c.Source(op.At())
		steps[i] = vethlab.Step{Command: iproute2.Print(op), Node: node, File: pos.File, Line: pos.Line}
	}
	return steps
}

// A run of more than maxFamiliar steps without anything new is shortened to its first
// shownFamiliar steps.
const (
	maxFamiliar   = 8
	shownFamiliar = 3
)

// maxOutputLines bounds the shown lines of a command's output.
const maxOutputLines = 8

// firstLines returns at most the first [maxOutputLines] lines of a text.
func firstLines(text string) []string {
	if text == "" {
		return nil
	}
	list := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(list) > maxOutputLines {
		list = append(list[:maxOutputLines-1], "…")
	}
	for i := range list {
		list[i] = strings.TrimRight(list[i], " ")
	}
	return list
}

func (p *program) printExplained(steps []explainedStep, o explainOptions) {
	for i := 0; i < len(steps); i++ {
		p.printStep(steps[i], fmt.Sprintf("%*d  ", len(fmt.Sprint(len(steps))), i+1))
		if n := countFamiliar(steps, i+1); n > maxFamiliar && !o.all {
			for j := range shownFamiliar {
				p.printStep(steps[i+1+j], fmt.Sprintf("%*d  ", len(fmt.Sprint(len(steps))), i+2+j))
			}
			p.out.print("%s\n\n", p.out.paint(dim, moreSteps.With(n-shownFamiliar).In(o.lang)))
			i += n
		}
	}
}

// countFamiliar returns the number of steps from index i on without anything new.
func countFamiliar(steps []explainedStep, i int) int {
	n := 0
	for ; i < len(steps) && !steps[i].isNew && !steps[i].looks; i++ {
		n++
	}
	return n
}

var moreSteps = words.Text{
	En:   "… %d more such commands (--all shows them)",
	ZhTW: "……還有 %d 個同類的指令（加上 --all 就會列出）",
}

// proseWidth is the width of running text in columns: longer lines are hard to read.
const proseWidth = 80

func (p *program) printStep(e explainedStep, number string) {
	indent := strings.Repeat(" ", max(4, len(number)))
	width := min(proseWidth, p.out.width()) - len(indent)
	var b strings.Builder
	b.WriteString(number + p.out.paint(bold, e.Command))
	if from := origin(e.Step); from != "" {
		b.WriteString(words.ColumnGap + p.out.paint(dim, "# "+from))
	}
	b.WriteString("\n")
	for _, line := range words.Wrap(e.Says, width) {
		b.WriteString(indent + line + "\n")
	}
	if e.isNew {
		for _, k := range e.Kernel {
			for _, line := range words.Wrap("⇒ "+k, width) {
				b.WriteString(indent + p.out.paint(dim, line) + "\n")
			}
		}
	}
	if e.looks && e.Look != "" {
		for _, line := range append([]string{"$ " + e.Look}, firstLines(e.Shown)...) {
			b.WriteString(indent + p.out.paint(dim, line) + "\n")
		}
	}
	p.out.print("%s\n", b.String())
}
