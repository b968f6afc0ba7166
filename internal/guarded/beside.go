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

// MaxBeside is the size of the largest file that [Beside] reads, in bytes.
const MaxBeside = 1 << 20

// Beside opens the files that a File names: those in its folder and below or, with Folder,
// below that one. The writer of File is untrusted, can name any path in it, and can replace
// files of the folder at any time. No file outside of the folder is opened, not even by a
// symbolic link, and only regular files are read.
type Beside struct {
	File   string
	Folder string // "": that of File
}

// An OutsideError says that a file is outside of the folder.
type OutsideError struct {
	Name   string
	Folder string // "the folder of FILE", or its path
}

func (e *OutsideError) Error() string { return e.Name + " is outside of " + e.Folder }

// A notBesideError is [os.ErrNotExist] for a file that was looked for beside another.
type notBesideError struct{ name, of string }

func (e notBesideError) Error() string { return e.name + " is not in the folder of " + e.of }

// Unwrap returns [os.ErrNotExist].
func (e notBesideError) Unwrap() error { return os.ErrNotExist }

// Read reads a file. A relative name is one in the working folder, else one beside File.
func (b Beside) Read(name string) (string, error) {
	folder, err := filepath.Abs(cmp.Or(b.Folder, filepath.Dir(b.File)))
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", err
	}
	defer root.Close()
	outside := false
	for _, candidate := range []string{name, filepath.Join(filepath.Dir(b.File), name)} {
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
		return "", &OutsideError{name, cmp.Or(b.Folder, "the folder of "+filepath.Base(b.File))}
	}
	return "", notBesideError{name, filepath.Base(b.File)}
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
	text, err := io.ReadAll(io.LimitReader(f, MaxBeside+1))
	if len(text) > MaxBeside {
		return "", fmt.Errorf("%s is larger than 1 MiB", rel)
	}
	return string(text), err
}
