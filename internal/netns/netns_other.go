//go:build !linux

package netns

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// ErrLinux says that network namespaces exist on Linux only.
var ErrLinux = errors.New("network namespaces need Linux")

// A Process runs inside a namespace.
type Process struct {
	PID       int
	Command   string
	Namespace string
}

func (p Process) String() string { return p.Command }

// A Room is a namespace as a program sees it that is started inside.
type Room struct {
	Namespace string
	Hosts     []byte
}

// Exec fails with [ErrLinux].
func (Room) Exec(string, []string, []string) error { return ErrLinux }

// Run fails with [ErrLinux].
func (Room) Run(*exec.Cmd) error { return ErrLinux }

// Start fails with [ErrLinux].
func (Room) Start(*exec.Cmd) error { return ErrLinux }

// Replace fails with [ErrLinux].
func Replace(string, syscall.RawConn) error { return ErrLinux }

// Do fails with [ErrLinux].
func Do(string, func() error) error { return ErrLinux }

// Each fails with [ErrLinux].
func Each([]string, func(int) error) error { return ErrLinux }

// Remove fails with [ErrLinux].
func Remove(...string) error { return ErrLinux }

// Leftovers fails with [ErrLinux].
func Leftovers() (map[string]string, error) { return nil, ErrLinux }

// List fails with [ErrLinux].
func List() ([]string, error) { return nil, ErrLinux }

// Taken is never true.
func Taken(string) bool { return false }

// Accompany fails with [ErrLinux].
func Accompany(func() (int, error)) (status syscall.WaitStatus, err error) { return status, ErrLinux }

// AccompanyInForeground fails with [ErrLinux].
func AccompanyInForeground(*syscall.SysProcAttr, func() (int, error)) (status syscall.WaitStatus, err error) {
	return status, ErrLinux
}

// Processes fails with [ErrLinux].
func Processes(...string) ([]Process, error) { return nil, ErrLinux }

// End does nothing.
func End([]Process, time.Duration) {}

// Group does nothing.
func Group(*exec.Cmd) {}

// Ancestors returns none.
func Ancestors() map[int]bool { return nil }

// KeepStartupThread does nothing.
func KeepStartupThread() {}

// OnThread fails with [ErrLinux].
func OnThread(func() error) error { return ErrLinux }
