package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// /run/netns becomes a mount point with shared propagation, as ip-netns(8) makes it.
// Otherwise the first `ip netns add` would bind /run/netns over itself and every
// namespace of ours would be mounted twice.

// noteFolder records that we made /run/netns, noteMount that we made it a mount
// point. A note is written before the change, so that a crash can't lose it.
var (
	noteFolder = filepath.Join(Dir, "made-folder")
	noteMount  = filepath.Join(Dir, "made-mount")
)

// prepareNames makes /run/netns a shared mount point and notes what it changes. The
// caller runs under [exclusively].
func prepareNames() error {
	if mountPoint(netns.Dir) {
		return nil
	}
	if _, err := os.Stat(netns.Dir); errors.Is(err, fs.ErrNotExist) {
		if err := errors.Join(note(noteFolder, nil), os.MkdirAll(netns.Dir, 0o755)); err != nil {
			return err
		}
	}
	if err := note(noteMount, nil); err != nil {
		return err
	}
	return shareNames()
}

func shareNames() error {
	if err := unix.Mount(netns.Dir, netns.Dir, "none", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return &os.PathError{Op: "bind mount", Path: netns.Dir, Err: err}
	}
	err := unix.Mount("", netns.Dir, "none", unix.MS_SHARED|unix.MS_REC, "")
	return os.NewSyscallError("mount --make-shared "+netns.Dir, err)
}

// ShareNames makes /run/netns a shared mount point and leaves it so, as ip-netns(8)
// does. Labs use [Acquire], which undoes it with the last lab.
func ShareNames() error {
	if mountPoint(netns.Dir) {
		return nil
	}
	if err := os.MkdirAll(netns.Dir, 0o755); err != nil {
		return err
	}
	return shareNames()
}

// restoreNames undoes prepareNames, unless /run/netns has names of others. The caller
// runs under [exclusively].
func restoreNames() (err error) {
	if entries, readErr := os.ReadDir(netns.Dir); readErr == nil && len(entries) == 0 {
		err = errors.Join(err, restoreFolder())
	}
	for _, n := range []string{noteFolder, noteMount} {
		if e := os.Remove(n); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func restoreFolder() error {
	if noted(noteMount) {
		switch err := unmount(netns.Dir); {
		case errors.Is(err, unix.EBUSY):
			return nil // another program uses it
		case err != nil && !errors.Is(err, unix.EINVAL):
			return &os.PathError{Op: "unmount", Path: netns.Dir, Err: err}
		}
	}
	if noted(noteFolder) {
		return removeIfEmpty(netns.Dir)
	}
	return nil
}

// busyTries bounds the attempts, 10 ms apart, to unmount a busy folder: it is busy
// while another program lists it.
const busyTries = 50

// unmount is not lazy (MNT_DETACH): that would also detach a name that another
// program adds at the same moment.
func unmount(dir string) (err error) {
	for range busyTries {
		if err = unix.Unmount(dir, unix.UMOUNT_NOFOLLOW); !errors.Is(err, unix.EBUSY) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// mountPoint reports whether something is mounted on dir.
func mountPoint(dir string) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BASIC_STATS, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}

// note writes a note atomically.
func note(path string, text []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func noted(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
