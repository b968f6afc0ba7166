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
	"github.com/vethlab/vethlab/internal/sandbox"
)

type mapOptions struct {
	all     bool
	filters []string
	take    hostmap.Options
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
			return promptly(cmd.Context(), func() error { return p.mapHost(cmd.Context(), args, filters, o) })
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "isolated namespaces one by one, lo, link-local addresses")
	cmd.Flags().BoolVar(&o.take.Engines, "engines", false, "also ask the daemons of engines")
	cmd.Flags().StringArrayVarP(&o.filters, "filter", "f", nil, "only namespaces that match `KEY=VALUE`; may be repeated")
	// It fails only for a flag that is not there.
	_ = cmd.RegisterFlagCompletionFunc("filter", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return eachOf(hostmap.FilterKeys(), func(k string) string { return k + "=" }), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
	outputFlag(cmd, &o.format)
	return cmd
}

func eachOf[T, U any](list []T, of func(T) U) []U {
	out := make([]U, len(list))
	for i, t := range list {
		out[i] = of(t)
	}
	return out
}

// completeMap completes the names of namespaces and of the machine's interfaces.
func completeMap(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	m, err := hostmap.Take(cmd.Context(), hostmap.Options{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := eachOf(m.Namespaces, func(ns *hostmap.Namespace) string { return ns.Name })
	return offered(names), cobra.ShellCompDirectiveNoFileComp
}

// mapHost writes the map, or what of it is asked for.
func (p *program) mapHost(ctx context.Context, args []string, filters []hostmap.Filter, o mapOptions) error {
	m, err := p.takeMap(ctx, o.take)
	if err != nil {
		return err
	}
	if err := m.Mistaken(filters); err != nil {
		return exitError{exitFailed, err}
	}
	m = m.Select(filters)
	if len(args) > 0 {
		return p.mapFound(m, args, o)
	}
	if o.format == formatJSON {
		return p.out.json(m)
	}
	p.out.print("%s", m.Text(o.all || len(filters) > 0, p.out.paint))
	p.sayUnseen(m)
	return nil
}

// takeMap makes a map of the machine. An ordinary user has more rights inside the
// own user namespaces, which are those of sandboxes and of engines without root.
func (p *program) takeMap(ctx context.Context, o hostmap.Options) (*hostmap.Map, error) {
	if !sandbox.Privileged() && !p.placement.inside {
		o.AsOwner = mapAsOwner
	}
	return hostmap.Take(ctx, o)
}

// mapAsOwner makes a map as the owner of the user namespace of a process; nil if
// this user is not allowed to, or it ends meanwhile.
func mapAsOwner(pid int) *hostmap.Map {
	out, code, err := gather(func(stdout *os.File) (int, error) {
		return sandbox.RunAsOwner(pid, []string{programName, "map", "--output=json"}, stdout)
	})
	m := &hostmap.Map{}
	if err != nil || code != exitDone || json.Unmarshal(out, m) != nil {
		return nil
	}
	return m
}

// mapFound says what words mean.
func (p *program) mapFound(m *hostmap.Map, args []string, o mapOptions) error {
	var all []hostmap.Found
	for _, word := range args {
		found, err := m.Find(word)
		if err != nil {
			p.sayUnseen(m)
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

// sayUnseen says what is missing on a map, and how to see it.
func (p *program) sayUnseen(m *hostmap.Map) {
	if len(m.Unseen) == 0 {
		return
	}
	p.out.say("not visible to this user: %s", escape.Line(strings.Join(m.Unseen, "; ")))
	if !sandbox.Privileged() {
		p.out.hint("sudo vethlab %s", strings.Join(p.args, " "))
	}
}
