package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/placement"
)

func placementFlags(cmd *cobra.Command, l *placement.Placement) {
	cmd.PersistentFlags().BoolVar(&l.Rootless, "rootless", false, "labs in user namespaces, also as root (default: if not root)")
	cmd.PersistentFlags().BoolVar(&l.Root, "root", false, "labs on the machine, not in user namespaces")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if l.Root && l.Rootless {
			return usageError{cmd, errors.New("give --root or --rootless, not both")}
		}
		return nil
	}
}

// labs returns the running labs that this user can see.
func (p *program) labs() (placement.Labs, error) {
	return p.process.Labs()
}
