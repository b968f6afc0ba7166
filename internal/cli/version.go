package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version of this program",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			p.out.print("%s\n", versionLine(info))
			return nil
		},
	}
}

// versionLine returns "vethlab v1.2.3 (go1.26.0 linux/amd64)". The version of a build from
// a working copy is (devel) or has the commit.
func versionLine(info *debug.BuildInfo) string {
	version := "(devel)"
	if info != nil && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("vethlab %s (%s %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
