//go:build !linux

package feature

import "github.com/vethlab/vethlab/internal/netns"

func tryRoot() error { return &Error{Reason: netns.ErrLinux} }

func tryName() error { return netns.ErrLinux }

func trySysfs() error { return netns.ErrLinux }

func trySysctl() error { return netns.ErrLinux }

func tryRawSocket() error { return netns.ErrLinux }

func tryPingSocket() error { return netns.ErrLinux }

func tryPacketSocket() error { return netns.ErrLinux }

func tryTun() error { return netns.ErrLinux }

func tryBPF() error { return netns.ErrLinux }

func tryXDP() error { return netns.ErrLinux }

func tryTCX() error { return netns.ErrLinux }

func tryTracefs() error { return netns.ErrLinux }
