// Package consent knows whether this user wrote a file, and remembers which commands in
// files of others the user allowed.
//
// A lab file or a lesson runs commands as the user of the program. So commands that another
// user may have written run only after this user has seen them. The store keeps the hash of
// what was allowed, so the user is asked again after a change.
package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/vethlab/vethlab/internal/atomicfile"
)

// Writer returns who else could have written an open file, such as "user 1001"; "": only
// this user or root. Under sudo, the user who called it counts as this user. The writer of a
// pipe is its owner.
func Writer(f *os.File) string {
	info, err := f.Stat()
	if err != nil {
		return "an unknown user"
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "an unknown user"
	}
	return writer(info.Mode(), int(st.Uid), self())
}

// self returns the UIDs that are this user: root, the effective user and, for root, the
// user who called sudo.
func self() map[int]bool {
	uids := map[int]bool{0: true, os.Geteuid(): true}
	if uid, err := strconv.Atoi(os.Getenv("SUDO_UID")); err == nil && os.Geteuid() == 0 {
		uids[uid] = true
	}
	return uids
}

func writer(mode fs.FileMode, uid int, self map[int]bool) string {
	switch {
	case mode&fs.ModeCharDevice != 0: // a terminal: the user types its content
		return ""
	case !self[uid]:
		return fmt.Sprintf("user %d", uid)
	case mode.IsRegular() && mode.Perm()&0o002 != 0:
		return "any user"
	}
	return ""
}

// A Key names something that may be allowed: the hash of its kind and content.
type Key string

// KeyOf returns the key of a content of that kind.
func KeyOf(kind string, content []byte) Key {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", kind)
	h.Write(content)
	return Key(hex.EncodeToString(h.Sum(nil)))
}

// A Store remembers keys: a folder with a file for each, which has the key as its name
// and content.
type Store struct{ Dir string }

// UserStore returns this user's store. Its Dir is "" if the environment names no folder
// for it; then nothing is remembered.
func UserStore() Store {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return Store{filepath.Join(dir, "vethlab", "allowed")}
	}
	if home := os.Getenv("HOME"); filepath.IsAbs(home) {
		return Store{filepath.Join(home, ".local", "state", "vethlab", "allowed")}
	}
	return Store{}
}

// Allowed reports whether the user allowed a key. It ignores files that another user owns,
// as in a home folder that sudo keeps: that user could allow commands as root.
func (s Store) Allowed(k Key) bool {
	if s.Dir == "" || len(k) != hex.EncodedLen(sha256.Size) {
		return false
	}
	f, err := os.OpenFile(s.path(k), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o022 != 0 {
		return false
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
		return false
	}
	text, err := io.ReadAll(io.LimitReader(f, int64(len(k))+1))
	return err == nil && string(text) == string(k)
}

// Allow remembers a key.
func (s Store) Allow(k Key) error {
	if s.Dir == "" || s.Allowed(k) {
		return nil
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	return atomicfile.Write(s.path(k), []byte(k), 0o600)
}

func (s Store) path(k Key) string { return filepath.Join(s.Dir, string(k)) }
