package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
	"github.com/vethlab/vethlab/internal/consent"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/tutor"
	"github.com/vethlab/vethlab/internal/tutor/machine"
	"github.com/vethlab/vethlab/internal/tutor/terminal"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/lessons"
)

func newLearn(p *program) *cobra.Command {
	var o learnOptions
	cmd := &cobra.Command{
		Use:   "learn [LESSON|FILE.md]",
		Short: "Learn how networks of namespaces work, step by step, by doing",
		Long: `Play a lesson: it explains each step, lets you type the commands or types them for
you, runs them, shows what has changed, and asks questions. Whether a step is done is
checked in the network, not in what was typed. Without LESSON it lists the lessons.

A lesson of a file can run any command, as a script can: you are asked before it is
played for the first time, or after a change. --allow-commands is the answer where
there is no terminal.

A lesson runs in a sandbox, also for root, which is deleted when the lesson ends. It
needs no root and no other programs.

At the prompt: Enter runs the shown command; any other command is run as typed; ?
gives a hint, do does the step, skip skips it, shell opens a shell in the sandbox,
help lists these, quit or Ctrl-D leaves.

With --auto the lesson runs without a learner, and fails where a step does not do what
the lesson says. docs/lessons.md says how to write lessons.`,
		Example: `  vethlab learn veth
  vethlab learn 2 --lang zh-TW
  vethlab learn --auto --allow-commands my-lesson.md`,
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.out.lang = o.lang
			if o.list || len(args) == 0 {
				if o.auto || o.check {
					return usageError{cmd, errors.New("missing lesson")}
				}
				return p.listLessons(o)
			}
			return p.learn(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().BoolVar(&o.list, "list", false, "list the lessons")
	cmd.Flags().BoolVar(&o.auto, "auto", false, "play the lesson without a learner")
	cmd.Flags().IntVar(&o.speed, "speed", 0, "with --auto, type `N` characters a second, and leave time to read (default: at once)")
	cmd.Flags().BoolVar(&o.check, "check", false, "only check the lesson for mistakes")
	allowFlag(cmd, &p.commands, "play the lesson of a file without asking")
	langFlag(cmd, &o.lang)
	outputFlag(cmd, &o.format)
	return cmd
}

type learnOptions struct {
	list, auto, check bool
	speed             int
	lang              words.Lang
	format            format
}

// A lessonInfo is the entry of a lesson in the list.
type lessonInfo struct {
	Number   int    `json:"number"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	About    string `json:"about"`
	Minutes  int    `json:"minutes"`
	Steps    int    `json:"steps"`
	Language string `json:"language"`
}

func (p *program) listLessons(o learnOptions) error {
	var list []lessonInfo
	for i, name := range lessons.Names() {
		l, err := lessons.Load(string(o.lang), name)
		if err != nil {
			return err
		}
		list = append(list, lessonInfo{i + 1, lessons.Short(name), l.Title, l.About, l.Minutes, len(l.Steps), string(o.lang)})
	}
	if o.format == formatJSON {
		return p.out.json(list)
	}
	for _, l := range list {
		p.out.print("%d  %s  %s\n", l.Number, p.out.paint(bold, words.Pad(l.Name, 10)), learnTexts.entry.With(l.Title, l.Minutes).In(o.lang))
		for _, line := range words.Wrap(l.About, min(proseWidth, p.out.width())-15) {
			p.out.print("%15s%s\n", "", line)
		}
	}
	p.out.print("\n%s\n", learnTexts.begin.In(o.lang))
	return nil
}

var learnTexts = struct{ entry, begin, foreign, play words.Text }{
	foreign: words.Text{
		En:   "%[1]s is not one of vethlab's own lessons: like a script, it can run any command as %[2]s. Read it first.",
		ZhTW: "%[1]s 不是 vethlab 內附的課程：它和 script 一樣，能以 %[2]s 的身分執行任何指令。請先讀過內容。",
	},
	play:  words.Text{En: "play it?", ZhTW: "要開始嗎？"},
	entry: words.Text{En: "%[1]s (%[2]d min)", ZhTW: "%[1]s（%[2]d 分鐘）"},
	begin: words.Text{
		En:   "vethlab learn NAME plays one, --lang zh-TW in Chinese.",
		ZhTW: "用 vethlab learn 名稱 開始一課；--lang en 則是英文版。",
	},
}

func completeLessons(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return shortNames(), cobra.ShellCompDirectiveDefault
}

func shortNames() []string { return mapSlice(lessons.Names(), lessons.Short) }

// isLessonFile reports whether an argument means a lesson in a file, not one of
// vethlab's own.
func isLessonFile(arg string) bool {
	return strings.HasSuffix(arg, ".md") || strings.Contains(arg, "/")
}

// findLesson reads the lesson that an argument means: a file, or one of vethlab's own,
// by its name or its number. Of a file it returns the content as well.
func (p *program) findLesson(arg string, lang words.Lang) (l *lesson.Lesson, content []byte, err error) {
	if !isLessonFile(arg) {
		l, err = ownLesson(arg, lang)
		return l, nil, err
	}
	content, err = p.read(arg)
	if err != nil {
		return nil, nil, exitError{exitUsage, err}
	}
	l, err = lesson.Parse(arg, content)
	return l, content, err
}

// ownLesson reads one of vethlab's own lessons.
func ownLesson(word string, lang words.Lang) (*lesson.Lesson, error) {
	name, ok := lessons.Find(word)
	if !ok {
		return nil, exitError{exitUsage, fmt.Errorf("unknown lesson %q%s (list them: vethlab learn --list)", word, words.DidYouMean(word, shortNames()))}
	}
	return lessons.Load(string(lang), name)
}

func (p *program) learn(ctx context.Context, arg string, o learnOptions) error {
	l, content, err := p.findLesson(arg, o.lang)
	if err != nil {
		return err
	}
	switch {
	case o.check:
		p.out.notice("%s: %s, %s, no mistake", arg, plural(len(l.Steps), "step"), plural(len(l.Tasks()), "task"))
		return nil
	case !p.process.Isolated:
		return p.process.Isolate(!p.process.Root, true)
	}
	if err := p.permitLesson(arg, content, o.lang); err != nil {
		return err
	}
	return p.play(ctx, l, o)
}

// permitLesson returns nil if a lesson may be played: one of vethlab's own, or a file
// that the user allows, see [consent]. It is asked in the sandbox, of the very content
// that is played.
func (p *program) permitLesson(file string, content []byte, lang words.Lang) error {
	if !isLessonFile(file) || p.commands.allow {
		return nil
	}
	state := func() { p.out.notice("%s", learnTexts.foreign.With(file, userName()).In(lang)) }
	return p.ask(consent.KeyOf("lesson", content), state, learnTexts.play.In(lang), "cannot play "+file+" without consent")
}

// picture draws the State of a lesson.
func picture(s *state.State, width int) string {
	return draw.Text(draw.FromState(s, nil), draw.Page{Width: width})
}

// The timeouts of a check. A learner wants the result soon; with --auto a check must not
// fail only because the machine is busy.
const (
	checkTimeout     = 400 * time.Millisecond
	autoCheckTimeout = 3 * time.Second
)

func (p *program) play(ctx context.Context, l *lesson.Lesson, o learnOptions) error {
	t := terminal.New(terminal.Config{In: p.stdin, Screen: p.out, Paint: p.out.paint, Edit: p.out.terminal && !o.auto, Speed: o.speed})
	if t.Edits() {
		// Ctrl-C is for the command that runs; at the prompt it is read as a key.
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
		signal.Ignore(syscall.SIGTSTP) // no shell in the sandbox could continue it
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM, syscall.SIGHUP)
		defer stop()
	}
	tools, err := applet.NewDir("/run", placement.ProgramName, true)
	if err != nil {
		return err
	}
	defer tools.Remove()
	shell := cmp.Or(os.Getenv("SHELL"), "/bin/sh")
	key, value := prompt(shell, "(lesson) ")
	m := machine.New(machine.Config{
		Path: tools.Path, Stdin: p.stdin, Stdout: p.out.stdout, Out: p.out, Lang: o.lang, Shell: shell, Prompt: key + "=" + value,
	})
	defer m.Close()
	player := tutor.Player{Lesson: l, Machine: m, Terminal: t, Lang: o.lang, Auto: o.auto, CheckTimeout: checkTimeout, Draw: picture}
	if o.auto {
		player.CheckTimeout = autoCheckTimeout
	}
	err = player.Play(ctx)
	if errors.Is(err, tutor.ErrQuit) {
		return nil
	}
	return err
}
