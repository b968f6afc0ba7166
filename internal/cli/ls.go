package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/placement"
)

func newLs(p *program) *cobra.Command {
	var f format
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "List the running labs",
		Long: `List the running labs: those of the machine, which root makes, and your own in
sandboxes, which need no root.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.ls(cmd.Context(), f) },
	}
	outputFlag(cmd, &f)
	return cmd
}

func (p *program) ls(ctx context.Context, f format) error {
	if p.process.OnMachine() {
		p.noteIgnored()
	}
	var infos placement.Labs
	err := returnOnCancel(ctx, func() (err error) { // a process of a sandbox may keep it
		infos, err = p.labs()
		return err
	})
	if err == nil {
		err = ctx.Err() // the labs are those that were listed before a signal
	}
	if err != nil {
		return err
	}
	switch {
	case f == formatJSON:
		return p.out.json(append(placement.Labs{}, infos...)) // [], never null
	case len(infos) == 0:
		p.out.notice("no lab is running")
		return nil
	}
	var rows [][]string
	for _, info := range infos {
		rows = append(rows, []string{info.Name, labSize(info), labState(info), labLocation(info), firstNames(info.Nodes)})
	}
	for _, info := range infos {
		if info.Unreachable != "" {
			p.out.notice("%s", info.Unreachable)
		}
	}
	p.out.table([]string{"LAB", "NODES", "STATE", "WHERE", "NAMES"}, rows)
	return nil
}

// labSize returns the number of nodes, "" if unknown.
func labSize(info placement.Lab) string {
	if info.Foreign || info.Unreachable != "" {
		return ""
	}
	return fmt.Sprint(len(info.Nodes))
}

// labLocation returns the column WHERE.
func labLocation(info placement.Lab) string {
	switch {
	case info.Sandbox != "":
		return "rootless"
	case info.Foreign:
		return "machine (root)"
	}
	return "machine"
}

func labState(info placement.Lab) string {
	switch {
	case info.Unreachable != "":
		return "unreachable"
	case info.Incomplete:
		return "incomplete"
	}
	return "running"
}

// firstNames joins names; of more than 8 the first and the last.
func firstNames(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s … %s", strings.Join(names[:most-1], " "), names[len(names)-1])
	}
	return strings.Join(names, " ")
}
