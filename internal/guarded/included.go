package guarded

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// MaxIncluded is the size of the largest file that [IncludedFiles] reads, in bytes.
const MaxIncluded = 1 << 20

// IncludedFiles reads the files that a File names: those in its folder and below or, with
// Folder, below that one. The writer of File is untrusted, can name any path in it, and can replace
// files of the folder at any time. No file outside of the folder is opened, not even by a
// symbolic link, and only regular files are read.
type IncludedFiles struct {
	File   string
	Folder string // "": that of File
}

// An OutsideError says that a file is outside of the folder.
type OutsideError struct {
	Name   string
	Folder string // "the folder of FILE", or its path
}

func (e *OutsideError) Error() string { return e.Name + " is outside of " + e.Folder }

// A notIncludedError is [os.ErrNotExist] for a file that is not beside the one that names it.
type notIncludedError struct{ name, of string }

func (e notIncludedError) Error() string { return e.name + " is not in the folder of " + e.of }

// Unwrap returns [os.ErrNotExist].
func (e notIncludedError) Unwrap() error { return os.ErrNotExist }

// Read reads a file. A relative name is one in the working folder, else one beside File.
func (f IncludedFiles) Read(name string) (string, error) {
	folder, err := filepath.Abs(cmp.Or(f.Folder, filepath.Dir(f.File)))
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", err
	}
	defer root.Close()
	outside := false
	for _, candidate := range []string{name, filepath.Join(filepath.Dir(f.File), name)} {
		rel, ok := below(folder, candidate)
		if !ok {
			outside = true
			continue
		}
		text, err := readBelow(root, rel)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return text, err
		}
	}
	if outside {
		return "", &OutsideError{name, cmp.Or(f.Folder, "the folder of "+filepath.Base(f.File))}
	}
	return "", notIncludedError{name, filepath.Base(f.File)}
}

// below returns the path of a file from a folder. ok is false if it is outside.
func below(folder, name string) (rel string, ok bool) {
	whole, err := filepath.Abs(name)
	if err != nil {
		return "", false
	}
	rel, err = filepath.Rel(folder, whole)
	return rel, err == nil && filepath.IsLocal(rel)
}

// readBelow reads a regular file below a folder. The error is [os.ErrNotExist] if there is
// none. O_NONBLOCK: opening a FIFO, before its type is known, does not wait for a writer.
func readBelow(root *os.Root, rel string) (string, error) {
	f, err := root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", rel)
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxIncluded+1))
	if len(text) > MaxIncluded {
		return "", fmt.Errorf("%s is larger than 1 MiB", rel)
	}
	return string(text), err
}
