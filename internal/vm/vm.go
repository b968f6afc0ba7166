// Package vm boots a stock Debian kernel in a QEMU virtual machine and runs one program
// in it, as root, so that tests on one machine cover several kernels.
//
// The machine sees all files of the host, and keeps what it writes in its own
// memory. It has no network but its loopback interface. Modules are loaded when
// the kernel requests them.
package vm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A Machine is what a program runs in.
type Machine struct {
	Kernel  *Kernel
	CPUs    int
	Memory  int           // MiB
	Accel   string        // QEMU's accelerator: Emulation, or "kvm", which is about ten times faster
	Limit   time.Duration // after which the machine is switched off
	Console string        // a file for the kernel's messages; "": they are shown if the machine stops early
}

// Emulation is the accelerator that works everywhere. With a thread for each
// processor of the machine it meets the breakpoints of code that the kernel is
// about to change, and some boots end in "Oops: int3".
const Emulation = "tcg,thread=single"

// A Program is what runs in a machine.
type Program struct {
	Args []string // an absolute path, and arguments
	Dir  string   // an absolute path
	Env  []string // KEY=VALUE
}

// An UnavailableError says that something that a machine needs can't be had
// here, such as QEMU.
type UnavailableError struct {
	What string
	Err  error
}

func (e *UnavailableError) Error() string { return fmt.Sprintf("cannot get %s: %v", e.What, e.Err) }
func (e *UnavailableError) Unwrap() error { return e.Err }

// ErrLimit is the error of a machine that was switched off at its limit.
var ErrLimit = errors.New("the time limit has passed")

// A StoppedError says that a machine stopped before its program had ended.
type StoppedError struct {
	Err     error  // QEMU's; nil: it exited, for example after a panic of the kernel
	Console string // the end of what the kernel said
}

func (e *StoppedError) Error() string {
	reason := "the kernel panicked, or switched the machine off"
	if e.Err != nil {
		reason = e.Err.Error()
	}
	return fmt.Sprintf("the machine stopped before the program had ended: %s; the kernel's last messages:\n%s", reason, e.Console)
}

func (e *StoppedError) Unwrap() error { return e.Err }

// Run boots the machine, writes what the program says to output while it runs,
// and returns its exit status.
func (m *Machine) Run(ctx context.Context, p *Program, output io.Writer) (int, error) {
	dir, err := os.MkdirTemp("", "vethlab-vm-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	b := &boot{machine: m, dir: dir, console: m.Console}
	if b.console == "" {
		b.console = filepath.Join(dir, "console")
	}
	if err := b.writeInitrd(p); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, m.Limit, ErrLimit)
	defer cancel()
	return b.run(ctx, output)
}
