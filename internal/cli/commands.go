package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/consent"
	"github.com/vethlab/vethlab/topo"
)

// Tests of a lab file run commands as whoever tests the lab. Commands in a file that
// others could have written are shown first, and run only with consent.

// commandPolicy says which commands of a lab file's tests may run.
type commandPolicy struct {
	checked bool // this command runs tests, or remembers them for vethlab test LAB
	allow   bool // --allow-commands: all
	refuse  bool // --no-commands: none

	// allowed is the hash of the commands that the starter of this re-executed
	// program was allowed to run. The file may have been changed since.
	allowed string
}

func commandFlags(cmd *cobra.Command, c *commandPolicy) {
	cmd.Flags().BoolVar(&c.refuse, "no-commands", false, "refuse a lab whose tests run commands")
	allowFlag(cmd, c, "run commands of tests without asking, even if another user could have written FILE")
}

func allowFlag(cmd *cobra.Command, c *commandPolicy, help string) {
	cmd.Flags().BoolVar(&c.allow, "allow-commands", false, help)
}

// allowedFlag is how a program passes on to its re-execution what was allowed.
const allowedFlag = "allowed-commands"

func hiddenCommandFlag(root *cobra.Command, c *commandPolicy) {
	root.PersistentFlags().StringVar(&c.allowed, allowedFlag, "", "run the commands with this `HASH` without asking")
	_ = root.PersistentFlags().MarkHidden(allowedFlag) // fails only for an unknown flag
}

// refuseCommands returns an error for each test that runs a command if --no-commands is
// set.
func (p *program) refuseCommands(tests []topo.Test) error {
	switch {
	case !p.commands.checked || !p.commands.refuse:
		return nil
	case p.commands.allow:
		return exitError{exitUsage, errors.New("give --no-commands or --allow-commands, not both")}
	}
	var refused topo.Errors
	for _, t := range consent.CommandTests(tests) {
		refused = append(refused, &topo.Error{Pos: t.Pos, Msg: "the test runs a command, which --no-commands refuses: " + consent.CommandLine(t)})
	}
	if len(refused) == 0 {
		return nil
	}
	return refused
}

// permitCommands returns nil if the commands in the tests of a file may run. Of a file
// that writer could have written, the user must allow them, see [consent]; "": the file
// is the user's.
func (p *program) permitCommands(file, writer string, tests []topo.Test) error {
	if err := p.refuseCommands(tests); err != nil {
		return err
	}
	running := consent.CommandTests(tests)
	if !p.commands.checked || len(running) == 0 {
		return nil
	}
	key, err := consent.KeyOfCommands(running)
	if err != nil {
		return err
	}
	if writer != "" && !p.commands.allow && p.commands.allowed != string(key) {
		if err := p.askForCommands(file, writer, running, key); err != nil {
			return err
		}
	}
	// For a sandbox, where this program runs again and owners have other UIDs.
	p.process.Args = append([]string{"--" + allowedFlag + "=" + string(key)}, p.process.Args...)
	return nil
}

func (p *program) askForCommands(file, writer string, running []topo.Test, key consent.Key) error {
	question := func() {
		p.out.notice("%s can be written by %s, and its tests run commands as %s:", file, writer, userName())
		for _, t := range running {
			p.out.hint("on %s: %s", strings.Join(t.On, ", "), consent.CommandLine(t))
		}
	}
	return p.ask(key, question, "run them?", "cannot run the commands in "+file+" without consent")
}

// ask returns nil if the user allows, or allowed before, what key names. Otherwise it
// states the question, and asks if there is a terminal to answer on.
func (p *program) ask(key consent.Key, state func(), question, refusal string) error {
	store := consent.UserStore()
	if store.Allowed(key) {
		return nil
	}
	state()
	if !p.out.stderrTerminal || !isTerminalInput(p.stdin) || p.process.Input != nil {
		return exitError{exitUsage, errors.New(refusal + ": run it on a terminal to be asked, or give --allow-commands")}
	}
	p.out.passStderr([]byte("vethlab: " + question + " [y/N] "))
	answer, err := readAnswer(p.stdin)
	if err != nil {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return exitError{exitUsage, errors.New(refusal)}
	}
	if err := store.Allow(key); err != nil {
		p.out.notice("cannot remember the answer: %v", err)
	}
	return nil
}

func isTerminalInput(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && isTerminal(f)
}

// readAnswer reads one line of a terminal in canonical mode: one read, one line. A signal
// ends it.
func readAnswer(terminal io.Reader) (string, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	var line [256]byte
	n := 0
	err := returnOnCancel(ctx, func() (err error) {
		n, err = terminal.Read(line[:])
		return err
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return "", exitError{exitInterrupted, errors.New("no answer")}
	}
	return string(line[:n]), nil
}

func userName() string {
	if uid := os.Geteuid(); uid != 0 {
		return fmt.Sprintf("you (user %d)", uid)
	}
	return "root"
}
