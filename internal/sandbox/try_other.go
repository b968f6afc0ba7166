//go:build !linux

package sandbox

import (
	"os/exec"

	"github.com/vethlab/vethlab/internal/netns"
)

// Try fails with [netns.ErrLinux].
func Try(*exec.Cmd) error { return netns.ErrLinux }
