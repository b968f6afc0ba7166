package cli

import (
	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
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
			return appletError(cmd, applet.Nft(cmd.Context(), args, p.appletIO()))
		},
	}
}
