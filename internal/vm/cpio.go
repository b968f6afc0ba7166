package vm

import (
	"fmt"
	"io"
	"path"
	"slices"
)

// An initramfs is written as the kernel reads one: an archive of cpio's format
// "newc" (Documentation/driver-api/early-userspace/buffer-format.rst), in which
// a folder stands before what is in it.
type initramfs struct {
	w       io.Writer
	folders map[string]bool
	inode   int
	err     error
}

const (
	modeFolder = 0o040000
	modeFile   = 0o100000
)

func newInitramfs(w io.Writer) *initramfs {
	return &initramfs{w: w, folders: map[string]bool{".": true}}
}

func (a *initramfs) file(name string, mode uint32, content []byte) {
	a.below(path.Dir(name))
	a.entry(name, modeFile|mode, content)
}

// below makes a folder and those it is in.
func (a *initramfs) below(folder string) {
	if a.folders[folder] {
		return
	}
	a.below(path.Dir(folder))
	a.folders[folder] = true
	a.entry(folder, modeFolder|0o755, nil)
}

// close ends the archive and returns the first error of writing it.
func (a *initramfs) close() error {
	a.entry("TRAILER!!!", 0, nil)
	return a.err
}

// entry writes a header of thirteen numbers of eight hexadecimal digits, the
// name and the content, these two filled up to a multiple of four bytes.
func (a *initramfs) entry(name string, mode uint32, content []byte) {
	a.inode++
	const uid, gid, links, mtime, dev, special, sum = 0, 0, 1, 0, 0, 0, 0
	header := fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		a.inode, mode, uid, gid, links, mtime, len(content), dev, dev, special, special, len(name)+1, sum, name)
	a.write([]byte(header))
	a.write(content)
}

func (a *initramfs) write(data []byte) {
	if a.err == nil {
		_, a.err = a.w.Write(append(slices.Clip(data), make([]byte, -len(data)&3)...))
	}
}
