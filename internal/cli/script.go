package cli

import "github.com/spf13/cobra"

func newScript(p *program) *cobra.Command { return &cobra.Command{Use: "script"} }
