package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func newNft(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "nft [-a] [-c] [-f FILE] [COMMAND ...]",
		Short: "nft(8) for machines without nftables, in the current namespace",
		Long: `Change or list the packet filter of the current namespace; in a node, that of the
node. It takes the commands of nft(8) and files as 'nft list ruleset' prints them.
nftables need not be installed:

  add, insert, delete      table, chain, rule, set, element
  flush                    ruleset, table, chain, set
  list                     ruleset, table, chain, tables

The commands of a file are one transaction: all or none are done.

  -f FILE  read commands from a file; - is standard input
  -a       list rules with their handles, which delete rule takes
  -c       only check
  -s       list without counters`,
		Example: `  vethlab exec r1 -- vethlab nft list ruleset
  vethlab exec r1 -- vethlab nft add rule ip nat postrouting oifname eth1 masquerade`,
		DisableFlagsInUseLine: true,
		DisableFlagParsing:    true, // the words are nft's, "-100" too
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
				return cmd.Help()
			}
			return p.nft(cmd, args)
		},
	}
}

// nftOptions are the options before the command.
type nftOptions struct {
	file      string
	handles   bool
	check     bool
	stateless bool
}

// nft runs nft commands in the network namespace of this process.
func (p *program) nft(cmd *cobra.Command, args []string) error {
	var o nftOptions
	rest, err := o.read(args)
	if err != nil {
		return usageError{cmd, err}
	}
	name, text := "", strings.Join(rest, " ")
	switch {
	case o.file != "" && len(rest) > 0:
		return usageError{cmd, errors.New("give a file or a command, not both")}
	case o.file != "":
		data, err := p.read(o.file)
		if err != nil {
			return err
		}
		name, text = o.file, string(data)
	case len(rest) == 0:
		return usageError{cmd, errors.New("missing command, such as list ruleset")}
	}
	commands, err := nft.Parse(text)
	if err != nil {
		return nftMistakes(name, text, err)
	}
	return p.runNft(cmd.Context(), commands, o)
}

func (o *nftOptions) read(args []string) ([]string, error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-f", "--file":
			if len(args) < 2 {
				return nil, errors.New("-f needs a file")
			}
			o.file, args = args[1], args[1:]
		case "-a", "--handle":
			o.handles = true
		case "-c", "--check":
			o.check = true
		case "-s", "--stateless":
			o.stateless = true
		case "-n", "-nn", "-nnn", "--numeric":
		default:
			return nil, fmt.Errorf("unknown option %s", args[0])
		}
		args = args[1:]
	}
	return args, nil
}

// nftMistakes adds source lines to parse errors. Those of a typed command have no line
// number, only the caret.
func nftMistakes(file, text string, err error) error {
	var all nft.Errors
	if !errors.As(err, &all) {
		return err
	}
	var shown topo.Errors
	for _, e := range all {
		shown = append(shown, &topo.Error{Pos: topo.Pos{File: file, Line: e.Line, Col: e.Col}, Msg: e.Msg})
	}
	shown.AddSource(file, []byte(text))
	if file == "" {
		for _, e := range shown {
			e.Pos.Line = 0
		}
	}
	return shown
}

// runNft makes all changes in one transaction and then runs the list commands.
func (p *program) runNft(ctx context.Context, commands []nft.Command, o nftOptions) error {
	var changes plan.Plan
	for _, c := range commands {
		if c.Verb != nft.List {
			changes = append(changes, plan.Nft{Namespace: state.Host, Command: c})
		}
	}
	if err := p.changeNft(ctx, changes, o.check); err != nil || len(changes) == len(commands) {
		return err
	}
	rs, err := kernel.Nftables(state.Host)
	if err != nil {
		return nftError(err)
	}
	if o.stateless {
		rs = rs.Stateless()
	}
	for _, c := range commands {
		if c.Verb == nft.List {
			text, err := c.Listing(rs, o.handles)
			if err != nil {
				return err
			}
			p.out.printExact(text)
		}
	}
	return nil
}

func (p *program) changeNft(ctx context.Context, changes plan.Plan, check bool) error {
	if len(changes) == 0 {
		return nil
	}
	if !check {
		err := kernel.Apply(ctx, changes, state.New(), kernel.Options{})
		if err == nil || errors.Is(err, fs.ErrPermission) {
			return nftError(err)
		}
		if reason := p.changeNft(ctx, changes, true); reason != nil {
			return reason // more precise than the kernel's errno
		}
		return nftError(err)
	}
	rs, err := kernel.Nftables(state.Host)
	if err != nil {
		return nftError(err)
	}
	for _, op := range changes {
		command, _ := plan.NftCommand(op)
		if err := command.Apply(&rs); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// nftError names the command that failed, and adds a hint for lack of permission.
func nftError(err error) error {
	if op, ok := errors.AsType[*kernel.OpError](err); ok {
		if command, ok := plan.NftCommand(op.Op); ok {
			err = fmt.Errorf("%s: %w", command, op.Err)
		}
	}
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return permissionError{err}
	}
	return err
}
