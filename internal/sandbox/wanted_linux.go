package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const wantedSuffix = ".wanted"

func wantedPath(lab string) string { return filepath.Join(Dir, lab+wantedSuffix) }

// maxWanted is the most bytes of a record that are read. A lab of ten thousand nodes
// takes about 5 MB.
const maxWanted = 256 << 20

// Wanted returns the record that [Lock.SetWanted] last wrote: the wanted state of a
// lab, which may differ from the kernel's. The error is [fs.ErrNotExist] if there is
// none.
func Wanted(lab string) ([]byte, error) {
	path := wantedPath(lab)
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var st unix.Stat_t
	switch err := unix.Fstat(int(f.Fd()), &st); {
	case err != nil:
		return nil, &os.PathError{Op: "stat", Path: path, Err: err}
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, fmt.Errorf("%s is not a regular file", path)
	case int(st.Uid) != os.Geteuid() && st.Uid != 0:
		return nil, fmt.Errorf("%s belongs to user %d", path, st.Uid)
	case st.Size > maxWanted:
		return nil, fmt.Errorf("%s has %d bytes (want at most %d)", path, st.Size, maxWanted)
	}
	return io.ReadAll(io.LimitReader(f, maxWanted))
}

// SetWanted replaces the record of the lab's wanted state, atomically.
func (l *Lock) SetWanted(text []byte) error {
	path := wantedPath(l.lab)
	next := path + ".new" // only the owner of the lock writes it
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	err = os.Rename(next, path)
	if errors.Is(err, unix.EISDIR) || errors.Is(err, unix.EEXIST) { // somebody made a folder of that name
		err = errors.Join(os.RemoveAll(path), os.Rename(next, path))
	}
	return err
}

// forgetWanted removes the record of a lab.
func forgetWanted(lab string) error {
	var errs []error
	for _, path := range []string{wantedPath(lab) + ".new", wantedPath(lab)} {
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}
