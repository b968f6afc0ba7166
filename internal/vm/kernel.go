package vm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A Kernel is one that was unpacked into a cache.
type Kernel struct {
	Release string // as uname -r prints it
	dir     string
}

func (k *Kernel) image() string   { return filepath.Join(k.dir, "vmlinuz") }
func (k *Kernel) config() string  { return filepath.Join(k.dir, "config") }
func (k *Kernel) modules() string { return filepath.Join(k.dir, "modules") }

// Series are the names of the kernels that there are, oldest first: each is the
// kernel of one release of Debian.
func Series() []string {
	return []string{"5.10", "6.1", "6.12", "newest"}
}

// suite returns the release of Debian that has a series as its kernel.
func suite(series string) (string, error) {
	suites := map[string]string{"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "newest": "sid"}
	if s, ok := suites[series]; ok {
		return s, nil
	}
	return "", fmt.Errorf("unknown kernel %q (want %s)", series, strings.Join(Series(), ", "))
}

// A Cache is a folder in which kernels are kept, each series in its own.
type Cache string

// UserCache returns the cache of the user who runs the program.
func UserCache() (Cache, error) {
	dir, err := os.UserCacheDir()
	return Cache(filepath.Join(dir, "vethlab-vm")), err
}

// Kernel returns the kernel of a series, and downloads it if it is not in the
// cache, or in any case if it is to be the latest.
func (c Cache) Kernel(ctx context.Context, series string, latest bool) (*Kernel, error) {
	s, err := suite(series)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(string(c), s)
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if k, err := stored(dir); err == nil && !latest {
		return k, nil
	}
	if err := fetch(ctx, dir, s); err != nil {
		return nil, &UnavailableError{What: "kernel " + series, Err: err}
	}
	return stored(dir)
}

// stored returns the kernel in the folder of a series.
func stored(dir string) (*Kernel, error) {
	current := filepath.Join(dir, "kernel")
	release, err := os.ReadFile(filepath.Join(current, "release"))
	return &Kernel{Release: strings.TrimSpace(string(release)), dir: current}, err
}

// lock makes a folder and lets one process in at a time: tests of several
// packages run side by side.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock %q: %w", f.Name(), err), f.Close())
	}
	return func() { f.Close() }, nil
}

// fetch downloads the kernel of a suite and puts it where stored finds it.
func fetch(ctx context.Context, dir, suite string) error {
	work, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	packages, err := download(ctx, work, suite)
	if err != nil {
		return err
	}
	unpacked := filepath.Join(work, "kernel")
	if err := unpack(ctx, packages, filepath.Join(work, "files"), unpacked); err != nil {
		return err
	}
	current := filepath.Join(dir, "kernel")
	if err := os.RemoveAll(current); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(unpacked, current)
}
