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

// An ExecEnv is the environment of a program that is started inside a namespace.
type ExecEnv struct {
	Namespace string
	Hosts     []byte
	Skipped   func(error)
}

// Exec fails with [ErrLinux].
func (ExecEnv) Exec(string, []string, []string) error { return ErrLinux }

// Run fails with [ErrLinux].
func (ExecEnv) Run(*exec.Cmd) error { return ErrLinux }

// Start fails with [ErrLinux].
func (ExecEnv) Start(*exec.Cmd) error { return ErrLinux }

// ReplaceSocket fails with [ErrLinux].
func ReplaceSocket(string, syscall.RawConn) error { return ErrLinux }

// Do fails with [ErrLinux].
func Do(string, func() error) error { return ErrLinux }

// Each fails with [ErrLinux].
func Each([]string, func(int) error) error { return ErrLinux }

// Remove fails with [ErrLinux].
func Remove(...string) error { return ErrLinux }

// Leftovers fails with [ErrLinux].
func Leftovers() (map[string]string, error) { return nil, ErrLinux }

// Ignored fails with [ErrLinux].
func Ignored() (map[string]string, error) { return nil, ErrLinux }

// List fails with [ErrLinux].
func List() ([]string, error) { return nil, ErrLinux }

// Exists is never true.
func Exists(string) bool { return false }

// RunForwardingSignals fails with [ErrLinux].
func RunForwardingSignals(func() (int, error)) (status syscall.WaitStatus, err error) {
	return status, ErrLinux
}

// RunInForeground fails with [ErrLinux].
func RunInForeground(*syscall.SysProcAttr, func() (int, error)) (status syscall.WaitStatus, err error) {
	return status, ErrLinux
}

// Processes fails with [ErrLinux].
func Processes(...string) ([]Process, error) { return nil, ErrLinux }

// Terminate does nothing.
func Terminate([]Process, time.Duration) {}

// SetProcessGroup does nothing.
func SetProcessGroup(*exec.Cmd) {}

// Ancestors returns none.
func Ancestors() map[int]bool { return nil }

// LockStartupThread does nothing.
func LockStartupThread() {}

// OnNewThread fails with [ErrLinux].
func OnNewThread(func() error) error { return ErrLinux }

// Path returns "".
func Path(string) string { return "" }
