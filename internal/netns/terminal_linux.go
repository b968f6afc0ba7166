package netns

import (
	"os/signal"

	"golang.org/x/sys/unix"
)

// A terminal is this program's controlling terminal. Its foreground process group
// may read from it and gets the signals of its keys. The methods of nil do nothing.
type terminal struct{ fd int }

// ownTerminal returns the terminal if this program has it to itself: it is in the
// foreground, and its input and outputs are the terminal, not part of a pipeline.
// Otherwise it returns nil.
func ownTerminal() *terminal {
	for fd := range 3 {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			return nil
		}
	}
	if !inForeground() {
		return nil
	}
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	return &terminal{fd}
}

// take brings this program into the foreground.
func (t *terminal) take() { t.set(unix.Getpgrp()) }

// give brings a group into the foreground if this program is there.
func (t *terminal) give(group int) {
	if inForeground() {
		t.set(group)
	}
}

func (t *terminal) set(group int) {
	if t == nil {
		return
	}
	// TIOCSPGRP from the background sends SIGTTOU, which would stop us.
	signal.Ignore(unix.SIGTTOU)
	defer signal.Reset(unix.SIGTTOU)
	_ = unix.IoctlSetPointerInt(t.fd, unix.TIOCSPGRP, group)
}

func (t *terminal) close() {
	if t != nil {
		unix.Close(t.fd)
	}
}
