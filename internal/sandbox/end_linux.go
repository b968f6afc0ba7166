package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// Labs returns the names of the labs in the sandbox, also of those being made.
func (b *Box) Labs() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(b.pid), "root", Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var labs []string
	for _, e := range entries {
		if lab, ok := strings.CutSuffix(e.Name(), lockSuffix); ok {
			labs = append(labs, lab)
		}
	}
	return labs, err
}

// End ends the sandbox with all its processes if it has no lab, and reports whether it
// has ended.
func (b *Box) End() (bool, error) {
	return b.endIf(func(labs []string, err error) bool { return err == nil && len(labs) == 0 })
}

// Kill ends the sandbox with all its processes and its lab from outside. Without force
// it does so only if the sandbox has no other lab, and reports whether it has ended.
func (b *Box) Kill(force bool) (bool, error) {
	return b.endIf(func(labs []string, err error) bool {
		return force || err == nil && !slices.ContainsFunc(labs, func(lab string) bool { return lab != b.lab })
	})
}

// endIf ends the sandbox if may returns true for its labs, and reports whether it has
// ended. It needs neither a process in the sandbox nor space on disk.
func (b *Box) endIf(may func(labs []string, err error) bool) (bool, error) {
	h, err := openHolderFile(b.lab, false)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // another program ended it
	}
	if err != nil {
		return false, err
	}
	defer h.Close()
	if pid, err := h.holder(); err != nil || pid != b.pid {
		return true, err // it has ended, and a new one has its name
	}
	if !may(b.Labs()) {
		return false, nil
	}
	if err := h.remove(); err != nil {
		return false, err
	}
	if netns.WaitExit(b.pidfd, endTime) {
		return true, nil
	}
	_ = unix.PidfdSendSignal(b.pidfd, unix.SIGKILL, nil, 0)
	if !netns.WaitExit(b.pidfd, killTime) {
		return false, fmt.Errorf("cannot end the sandbox of lab %s: process %d still runs after SIGKILL", b.lab, b.pid)
	}
	return true, nil
}

// endTime is how long a holder has to exit after its file is removed. It exits after the
// kernel has killed all processes of the sandbox.
const endTime = 2 * time.Second

// killTime is how long it has after SIGKILL. Thousands of processes take seconds.
const killTime = 20 * time.Second
