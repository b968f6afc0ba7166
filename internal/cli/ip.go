package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
)

func newIP(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "ip [OPTIONS] OBJECT COMMAND ...",
		Short: "ip(8) for machines without iproute2, in the current namespace",
		Long: `Change or show links, addresses, routes and namespaces with the syntax and the
output of ip(8). iproute2 need not be installed:

  ip netns    add NAME, del NAME, list, exec NAME CMD ...
  ip link     add, set, del, show: veth pairs and bridges; of other kinds, show
  ip addr     add, replace, del, flush, show
  ip route    add, replace, del, show
  ip rule, ip neigh    show

  -n NAME  in that namespace       -4, -6  one family     -br, -o, -d, -s  detail
  -j, -p   JSON, indented          -batch FILE, -force    commands from a file

As root it changes any namespace, also those that no lab owns; all other commands
change only labs. Without root, use it in vethlab shell --new.

Exit codes are those of ip: 1 if an object does not exist, 2 if the kernel refused,
255 for a syntax error; with netns exec, that of CMD.`,
		Example: `  vethlab ip netns add ns1
  vethlab ip link add veth0 type veth peer name veth1
  vethlab ip link set veth0 netns ns1
  vethlab ip -n ns1 addr add 172.18.0.2/24 dev veth0
  vethlab ip netns exec ns1 vethlab ip -br addr`,
		DisableFlagsInUseLine: true,
		DisableFlagParsing:    true, // the words are ip's
		RunE: func(cmd *cobra.Command, args []string) error {
			if applet.IPHelp(args) {
				return cmd.Help()
			}
			return p.withNode(appletError(cmd, applet.IP(cmd.Context(), args, p.appletIO())))
		},
	}
}

// withNode adds a hint to the error of a namespace that is not on this machine, but is that
// of a node in a sandbox.
func (p *program) withNode(err error) error {
	unknown, ok := errors.AsType[*applet.NamespaceError](err)
	if !ok {
		return err
	}
	labs, _ := p.labs() // a hint needs no error of its own
	for _, lab := range labs {
		for _, node := range lab.Nodes {
			if lab.Sandbox != "" && (unknown.Name == node || unknown.Name == lab.Name+"."+node) {
				name := lab.Name + "/" + node
				return fmt.Errorf("%w\n  %s is a node of a lab in a sandbox: vethlab exec %s -- vethlab ip …", err, name, name)
			}
		}
	}
	return err
}
