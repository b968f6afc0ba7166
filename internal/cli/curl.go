package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
)

// newCurl is curl(1) for lessons, which need no program of the machine.
func newCurl(p *program) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:    "curl URL",
		Short:  "curl(1) for machines without it",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			streams := p.appletIO()
			streams.Out = p.out // unescaped, as curl(1)
			return appletError(cmd, applet.Curl(cmd.Context(), args[0], timeout, streams))
		},
	}
	cmd.Flags().BoolP("silent", "s", false, "accepted and ignored")
	cmd.Flags().VarP(newSeconds(&timeout, 10*time.Second), "max-time", "m", "give up after `SECONDS`")
	return cmd
}
