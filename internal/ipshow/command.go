package ipshow

import (
	"slices"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/state"
)

// Command returns the command line that runs ip, sysctl or nft for a namespace.
func Command(namespace, program string, args ...string) string {
	var before []string
	switch {
	case namespace == state.Host:
		before = []string{program}
	case program == "ip":
		before = []string{"ip", "-n", namespace}
	default:
		before = []string{"ip", "netns", "exec", namespace, program}
	}
	return escape.ShellLine(slices.Concat(before, args))
}
