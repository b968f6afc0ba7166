//go:build !linux

package hostmap

import "github.com/vethlab/vethlab/internal/netns"

// Take fails with [netns.ErrLinux].
func Take(Options) (*Map, error) { return nil, netns.ErrLinux }
