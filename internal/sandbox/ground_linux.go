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

// The folder of names is made ready as ip-netns(8) does it: a mount point of
// its own whose mounts are shared with other mount namespaces. Were it not a
// mount point, the first `ip netns add` would make it one over our heads and
// our namespaces would be mounted twice.

// noteFolder is the note that we made the folder of names, noteMount that we
// made it a mount point. A note is written before the deed.
var (
	noteFolder = filepath.Join(Dir, "made-folder")
	noteMount  = filepath.Join(Dir, "made-mount")
)

// prepare makes the folder of names ready. It is called exclusively.
func prepare() error {
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

// ReadyNames makes the folder of names ready for who names namespaces by hand, and
// leaves it so, as ip-netns(8) does.
func ReadyNames() error {
	if mountPoint(netns.Dir) {
		return nil
	}
	if err := os.MkdirAll(netns.Dir, 0o755); err != nil {
		return err
	}
	return shareNames()
}

// restore undoes what was made for labs, unless others have moved in. It is called
// exclusively.
func restore() error {
	err := restoreLimits()
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
			return nil // somebody has moved in
		case err != nil && !errors.Is(err, unix.EINVAL):
			return &os.PathError{Op: "unmount", Path: netns.Dir, Err: err}
		}
	}
	if noted(noteFolder) {
		return removeIfEmpty(netns.Dir)
	}
	return nil
}

// busyTries bounds how often, 10 ms apart, a busy folder is tried again: it is
// busy while another program lists it.
const busyTries = 50

// unmount is no lazy one: that would take along a name that somebody gives at
// the same moment.
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

// note writes a note whole or not at all.
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
