package netns

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReplaceSocket replaces a new socket by one of the same type in the named
// namespace. The socket must be unused, as package net passes it to the Control
// function of a [net.Dialer] and a [net.ListenConfig]: neither bound, connected nor
// registered with the poller. So all that package net does on its own goroutines
// (waiting, trying several addresses) works inside the namespace, and no thread is
// held.
func ReplaceSocket(name string, c syscall.RawConn) error {
	if name == Host {
		return nil // every goroutine runs there
	}
	var replaced error
	err := c.Control(func(fd uintptr) { replaced = replace(name, int(fd)) })
	return errors.Join(err, replaced)
}

func replace(name string, fd int) error {
	var domain, typ, protocol int
	for option, value := range map[int]*int{
		unix.SO_DOMAIN: &domain, unix.SO_TYPE: &typ, unix.SO_PROTOCOL: &protocol,
	} {
		var err error
		if *value, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, option); err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
	}
	return Do(name, func() error {
		own, err := unix.Socket(domain, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		defer unix.Close(own)
		if err := copyOptions(own, fd, domain); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
		return os.NewSyscallError("dup3", unix.Dup3(own, fd, unix.O_CLOEXEC))
	})
}

// copyOptions gives a socket the options that package net has set on another.
func copyOptions(to, from, domain int) error {
	type option struct{ level, name int }
	options := []option{{unix.SOL_SOCKET, unix.SO_REUSEADDR}, {unix.SOL_SOCKET, unix.SO_BROADCAST}}
	if domain == unix.AF_INET6 {
		options = append(options, option{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY})
	}
	for _, o := range options {
		value, err := unix.GetsockoptInt(from, o.level, o.name)
		if err == nil {
			err = unix.SetsockoptInt(to, o.level, o.name, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
