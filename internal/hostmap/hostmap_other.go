//go:build !linux

package hostmap

import (
	"context"
	"net"

	"github.com/vethlab/vethlab/internal/netns"
)

// Take fails with [netns.ErrLinux].
func Take(context.Context, Options) (*Map, error) { return nil, netns.ErrLinux }

// untrusted trusts every UID, since there is nothing to read.
func untrusted(int) string { return "" }

// peerOf fails with [netns.ErrLinux].
func peerOf(net.Conn) (string, error) { return "", netns.ErrLinux }
