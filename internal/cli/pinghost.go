package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/applet"
)

// newPingHost is ping(8) for machines without it: it pings from the current namespace with
// iputils' options, output and exit codes.
func newPingHost(p *program) *cobra.Command {
	var o applet.PingOptions
	cmd := &cobra.Command{
		Use:    "ping-host [-c COUNT] [-i SECONDS] [-W SECONDS] [-4|-6] HOST",
		Short:  "ping(8) for machines without it",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := applet.Ping(cmd.Context(), args[0], o, p.appletIO())
			if err != nil {
				return appletError(cmd, err)
			}
			return childExit{code} // also after Ctrl-C, as ping(8)
		},
	}
	f := cmd.Flags()
	f.VarP(count{&o.Count}, "count", "c", "end after `N` requests")
	f.VarP(newSeconds(&o.Interval, time.Second), "interval", "i", "`SECONDS` between requests")
	f.VarP(newSeconds(&o.Timeout, time.Second), "timeout", "W", "`SECONDS` to wait for the last answer")
	f.IntVarP(&o.TTL, "ttl", "t", 0, "set the TTL to `N`")
	f.StringVarP(&o.From, "interface", "I", "", "send from an `INTERFACE` or address")
	f.BoolVarP(&o.IPv4, "ipv4", "4", false, "IPv4 only")
	f.BoolVarP(&o.IPv6, "ipv6", "6", false, "IPv6 only")
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "print the summary only")
	f.BoolP("numeric", "n", false, "accepted and ignored")
	return cmd
}
