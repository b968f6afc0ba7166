package cli

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/hostmap"
	"github.com/vethlab/vethlab/internal/placement"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/words"
)

type mapOptions struct {
	all     bool
	filters []string
	options hostmap.Options
	format  format
}

func newMap(p *program) *cobra.Command {
	var o mapOptions
	cmd := &cobra.Command{
		Use:   "map [NAME…]",
		Short: "Show every network namespace of this machine, and the processes in it",
		Long: `Show every network namespace of this machine, whoever made it, the processes in it,
and how they are connected: the peer of each veth, the ports of each bridge, the lower
device of each VLAN, macvlan or tunnel.

Names of containers come from the kernel and from the files of Docker, Podman,
containerd, Kubernetes, CRI-O, CNI, LXC, Incus, systemd-nspawn and Mininet. With
--engines the daemons of Docker and Podman are asked too, which may start them.

NAME is a container or namespace, an interface (eth0, or web/eth0), an address, a
process ID or a program; only what it matches is shown.

A filter is KEY=VALUE. Values separated by commas are alternatives; * and ? are
wildcards; several filters must all match. The keys are
  engine, name, lab, pid, command, user    of namespaces
  interface, kind, state, address          of interfaces`,
		Example: `  vethlab map
  vethlab map web
  vethlab map veth42f1a2
  vethlab map --filter engine=docker,podman --filter kind=veth`,
		Args:              arguments(cobra.ArbitraryArgs),
		ValidArgsFunction: completeMap,
		RunE: func(cmd *cobra.Command, args []string) error {
			var filters []hostmap.Filter
			for _, text := range o.filters {
				f, err := hostmap.ParseFilter(text)
				if err != nil {
					return usageError{cmd, err}
				}
				filters = append(filters, f)
			}
			return returnOnCancel(cmd.Context(), func() error { return p.mapHost(cmd.Context(), args, filters, o) })
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "isolated namespaces one by one, lo, link-local addresses")
	cmd.Flags().BoolVar(&o.options.Engines, "engines", false, "also ask the daemons of engines")
	cmd.Flags().StringArrayVarP(&o.filters, "filter", "f", nil, "only namespaces that match `KEY=VALUE`; may be repeated")
	// It fails only for an undefined flag.
	_ = cmd.RegisterFlagCompletionFunc("filter", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return mapSlice(hostmap.FilterKeys(), func(k string) string { return k + "=" }), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
	outputFlag(cmd, &o.format)
	return cmd
}

func mapSlice[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, t := range list {
		out[i] = f(t)
	}
	return out
}

// completeMap completes the names of namespaces and of the machine's interfaces.
func completeMap(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	m, err := hostmap.Take(cmd.Context(), hostmap.Options{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := mapSlice(m.Namespaces, func(ns *hostmap.Namespace) string { return ns.Name })
	return completions(names), cobra.ShellCompDirectiveNoFileComp
}

// mapHost prints the map, or the parts that match args and filters.
func (p *program) mapHost(ctx context.Context, args []string, filters []hostmap.Filter, o mapOptions) error {
	m, err := p.takeMap(ctx, o.options)
	if err != nil {
		return err
	}
	if err := m.Mistaken(filters); err != nil {
		return exitError{exitFailed, err}
	}
	m = m.Select(filters)
	if len(args) > 0 {
		return p.printFound(m, args, o)
	}
	if o.format == formatJSON {
		return p.out.json(m)
	}
	p.out.print("%s", m.Text(o.all || len(filters) > 0, p.out.paint))
	p.noticeUnseen(m)
	return nil
}

// takeMap makes a map of the machine. Without root it enters the user's own user
// namespaces, of sandboxes and rootless engines, to see more.
func (p *program) takeMap(ctx context.Context, o hostmap.Options) (*hostmap.Map, error) {
	p.noteIgnored()
	if !sandbox.Privileged() && !p.process.Inside {
		o.AsOwner = mapAsOwner
	}
	return hostmap.Take(ctx, o)
}

// mapAsOwner makes a map as the owner of a process's user namespace. It returns nil if
// that is not permitted or the process has ended.
func mapAsOwner(pid int) *hostmap.Map {
	out, code, err := placement.Output(func(stdout *os.File) (int, error) {
		return sandbox.RunAsOwner(pid, []string{placement.ProgramName, "map", "--output=json"}, stdout)
	})
	m := &hostmap.Map{}
	if err != nil || code != exitDone || json.Unmarshal(out, m) != nil {
		return nil
	}
	return m
}

// printFound prints the namespaces and interfaces that match args.
func (p *program) printFound(m *hostmap.Map, args []string, o mapOptions) error {
	var all []hostmap.Found
	for _, word := range args {
		found, err := m.Find(word)
		if err != nil {
			p.noticeUnseen(m)
			return err
		}
		all = append(all, found...)
	}
	if o.format == formatJSON {
		return p.out.json(all)
	}
	part := &hostmap.Map{}
	for _, f := range all {
		if f.Interface != nil {
			p.out.print("%s\n", escape.Line(f.Sentence()))
		} else if !slices.Contains(part.Namespaces, f.Namespace) {
			part.Namespaces = append(part.Namespaces, f.Namespace)
		}
	}
	p.out.print("%s", part.Text(true, p.out.paint))
	return nil
}

// maxLeftOut is how many namespaces that were not read whole are named.
const maxLeftOut = 4

// noticeUnseen reports what the map does not show, and how to see it.
func (p *program) noticeUnseen(m *hostmap.Map) {
	if len(m.LeftOut) > 0 {
		p.out.notice("too large to read whole: %s", escape.Line(words.List(m.LeftOut, maxLeftOut)))
	}
	if len(m.Unseen) == 0 {
		return
	}
	p.out.notice("not visible to this user: %s", escape.Line(strings.Join(m.Unseen, "; ")))
	if !sandbox.Privileged() {
		p.out.hint("sudo vethlab %s", strings.Join(p.process.Args, " "))
	}
}
