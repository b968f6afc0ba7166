//go:build !linux

package hostmap

import (
	"context"
	"net"

	"github.com/vethlab/vethlab/internal/netns"
)

// Take fails with [netns.ErrLinux].
func Take(context.Context, Options) (*Map, error) { return nil, netns.ErrLinux }

// stranger knows of no users.
func stranger(int) string { return "" }

// peerOf knows of nobody.
func peerOf(net.Conn) (string, error) { return "", netns.ErrLinux }
