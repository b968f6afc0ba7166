package netns

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Remove takes away the names of namespaces. Each is gone for good as soon as
// nobody else holds it; the kernel cleans up all that go in one call together.
// A name that is not there is no error.
func Remove(names ...string) error {
	var errs []error
	for _, name := range names {
		file := filepath.Join(Dir, name)
		err := unix.Unmount(file, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
		if err != nil && err != unix.EINVAL && err != unix.ENOENT { // EINVAL: nothing mounted
			errs = append(errs, &os.PathError{Op: "unmount", Path: file, Err: err})
			continue
		}
		if err := unix.Unlink(file); err != nil && err != unix.ENOENT {
			errs = append(errs, &os.PathError{Op: "unlink", Path: file, Err: err})
		}
	}
	return errors.Join(errs...)
}

// Taken reports whether there is anything at a name in [Dir]: a namespace of
// whomever, or a file.
func Taken(name string) bool {
	_, err := os.Lstat(filepath.Join(Dir, name))
	return err == nil
}

// List returns the names of the living namespaces, sorted.
func List() ([]string, error) {
	names, _, err := scan()
	return names, err
}

// Leftovers returns the files in [Dir] on which no namespace is mounted, with
// what they hold: the marks of namespaces that a crash left half made or half
// removed.
func Leftovers() (map[string]string, error) {
	_, files, err := scan()
	if err != nil {
		return nil, err
	}
	left := map[string]string{}
	for _, name := range files {
		mark, err := os.ReadFile(filepath.Join(Dir, name))
		if err == nil {
			left[name] = string(mark)
		}
	}
	return left, nil
}

// isNetwork reports whether what is mounted on a file in [Dir] is a network
// namespace: somebody may have mounted one of another kind there.
func isNetwork(name string) bool {
	fd, err := OpenFd(name)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// scan sorts the entries of Dir into network namespaces and plain files.
func scan() (namespaces, files []string, err error) {
	entries, err := os.ReadDir(Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	for _, e := range entries {
		var st unix.Statfs_t
		switch err := unix.Statfs(filepath.Join(Dir, e.Name()), &st); {
		case err != nil: // gone meanwhile
		case st.Type == unix.NSFS_MAGIC && isNetwork(e.Name()):
			namespaces = append(namespaces, e.Name())
		case e.Type().IsRegular():
			files = append(files, e.Name())
		}
	}
	return namespaces, files, err
}
