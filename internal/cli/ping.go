package cli

import "github.com/spf13/cobra"

func newPing(p *program) *cobra.Command { return &cobra.Command{Use: "ping"} }
