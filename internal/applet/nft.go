package applet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// nftOptions are the options before the command.
type nftOptions struct {
	file      string
	handles   bool
	check     bool
	stateless bool
}

// Nft carries out the words after nft, as nft(8) does, in the network namespace of this
// process.
func Nft(ctx context.Context, args []string, s IO) error {
	var o nftOptions
	rest, err := o.read(args)
	if err != nil {
		return &UsageError{err}
	}
	name, text := "", strings.Join(rest, " ")
	switch {
	case o.file != "" && len(rest) > 0:
		return &UsageError{errors.New("give a file or a command, not both")}
	case o.file != "":
		data, err := s.Read(o.file)
		if err != nil {
			return err
		}
		name, text = o.file, string(data)
	case len(rest) == 0:
		return &UsageError{errors.New("missing command, such as list ruleset")}
	}
	commands, err := nft.Parse(text)
	if err != nil {
		return nftMistakes(name, text, err)
	}
	return s.runNft(ctx, commands, o)
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
func (s IO) runNft(ctx context.Context, commands []nft.Command, o nftOptions) error {
	var changes plan.Plan
	for _, c := range commands {
		if c.Verb != nft.List {
			changes = append(changes, plan.Nft{Namespace: state.Host, Command: c})
		}
	}
	if err := changeNft(ctx, changes, o.check); err != nil || len(changes) == len(commands) {
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
			s.print("%s", text)
		}
	}
	return nil
}

func changeNft(ctx context.Context, changes plan.Plan, check bool) error {
	switch {
	case len(changes) == 0:
		return nil
	case check:
		return checkNft(changes)
	}
	err := kernel.Apply(ctx, changes, state.New(), kernel.Options{})
	if err == nil || errors.Is(err, fs.ErrPermission) {
		return nftError(err)
	}
	if reason := checkNft(changes); reason != nil {
		return reason // more precise than the kernel's errno
	}
	return nftError(err)
}

// checkNft applies changes to the model of the present ruleset.
func checkNft(changes plan.Plan) error {
	rs, err := kernel.Nftables(state.Host)
	if err != nil {
		return nftError(err)
	}
	for _, op := range changes {
		command := op.Traits().Nft
		if err := command.Apply(&rs); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// nftError names the command that failed, and adds a hint for lack of permission.
func nftError(err error) error {
	if op, ok := errors.AsType[*kernel.OpError](err); ok {
		if command := op.Op.Traits().Nft; command != nil {
			err = fmt.Errorf("%s: %w", command, op.Err)
		}
	}
	return explain(err)
}
