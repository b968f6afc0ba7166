package cli

import (
	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
)

// newSysctl is sysctl(8) for machines without it.
func newSysctl(p *program) *cobra.Command {
	var o applet.SysctlOptions
	cmd := &cobra.Command{
		Use:    "sysctl [-n] [-q] [-w] KEY[=VALUE] ...",
		Short:  "sysctl(8) for machines without it",
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return appletError(cmd, applet.Sysctl(args, o, p.appletIO()))
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.Values, "values", "n", false, "print no keys")
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "do not print values that are written")
	f.BoolVarP(&o.Ignore, "ignore", "e", false, "ignore unknown keys")
	f.BoolVarP(&o.All, "all", "a", false, "print all settings below net")
	f.BoolP("write", "w", false, "accepted and ignored: a value is always written")
	return cmd
}
