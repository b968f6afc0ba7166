package netns

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// Remove removes the names of namespaces. The kernel deletes a namespace when
// nothing else references it, and cleans up those of one call together. A missing
// name is not an error.
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

// Exists reports whether a name exists in [Dir], as a namespace or as a plain file.
func Exists(name string) bool {
	_, err := os.Lstat(filepath.Join(Dir, name))
	return err == nil
}

// List returns the names of the network namespaces, sorted.
func List() ([]string, error) {
	names, _, err := scan()
	return slices.DeleteFunc(names, func(name string) bool { return !isNetwork(name) }), err
}

// Mounted returns the names in [Dir] of namespaces of any type. It takes a quarter of the time
// of [List]: who enters them gets [fs.ErrNotExist] for those of another type.
func Mounted() ([]string, error) {
	names, _, err := scan()
	return names, err
}

// Leftovers returns the files in [Dir] on which no namespace is mounted, and their
// content: the marks of namespaces that a crash left half created or half removed.
func Leftovers() (map[string]string, error) {
	_, files, err := scan()
	if err != nil {
		return nil, err
	}
	left := map[string]string{}
	for _, name := range files {
		if mark, err := readMark(filepath.Join(Dir, name)); err == nil {
			left[name] = string(mark)
		}
	}
	return left, nil
}

// maxMark bounds a mark, in bytes: a link's alias has at most 255 (IFALIASZ).
const maxMark = 256

// readMark reads the mark in a file, or the beginning of another file.
func readMark(file string) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxMark))
}

// Ignored returns the entries of [Dir] that are no network namespaces: files without a
// namespace, whose content is the value, and namespaces of another type, folders and
// others, whose value is empty.
func Ignored() (map[string]string, error) {
	entries, err := os.ReadDir(Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	ignored := map[string]string{}
	for _, e := range entries {
		if isNetwork(e.Name()) || !Exists(e.Name()) {
			continue
		}
		content := []byte(nil)
		if e.Type().IsRegular() {
			content, _ = readMark(filepath.Join(Dir, e.Name()))
		}
		ignored[e.Name()] = string(content)
	}
	return ignored, err
}

// isNetwork reports whether the namespace mounted on a file in [Dir] is a network
// namespace and not one of another type.
func isNetwork(name string) bool {
	fd, err := OpenFd(name)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// scan sorts the entries of Dir into namespaces, of any type, and plain files.
func scan() (namespaces, files []string, err error) {
	entries, err := os.ReadDir(Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	for _, e := range entries {
		var st unix.Statfs_t
		switch err := unix.Statfs(filepath.Join(Dir, e.Name()), &st); {
		case err != nil: // deleted since
		case st.Type == unix.NSFS_MAGIC:
			namespaces = append(namespaces, e.Name())
		case e.Type().IsRegular():
			files = append(files, e.Name())
		}
	}
	return namespaces, files, err
}
