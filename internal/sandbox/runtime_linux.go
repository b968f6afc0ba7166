package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// runtimeDir returns the folder of this user's holder files, and makes it if create is
// true: $XDG_RUNTIME_DIR/vethlab or, without that folder, /tmp/vethlab-UID. It refuses
// a folder that another user owns or can write: that user could put in a holder file of a
// sandbox of theirs.
func runtimeDir(create bool) (string, error) {
	uid := os.Geteuid()
	if base := os.Getenv("XDG_RUNTIME_DIR"); base != "" {
		info, err := os.Stat(base)
		if err == nil && filepath.IsAbs(base) {
			if owner := ownerOf(info); owner != uid {
				return "", fmt.Errorf("XDG_RUNTIME_DIR is %s, which belongs to user %d, not to you (user %d): "+
					"it is from another login (su, sudo); unset it, or set it to a folder of yours", base, owner, uid)
			}
			return privateDir(filepath.Join(base, "vethlab"), uid, create)
		}
		// The folder no longer exists: its login has ended.
	}
	return privateDir(filepath.Join("/tmp", "vethlab-"+strconv.Itoa(uid)), uid, create)
}

// privateDir returns dir if only the user can read and write it (mode 0700).
func privateDir(dir string, uid int, create bool) (string, error) {
	if create {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("cannot make the folder of running labs: %w", err)
		}
	}
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return dir, nil
	}
	if err != nil {
		return "", err
	}
	switch owner := ownerOf(info); {
	case !info.IsDir():
		return "", fmt.Errorf("%s is not a folder: remove it", dir)
	case owner != uid:
		return "", fmt.Errorf("%s belongs to user %d, not to you (user %d), so it is not trusted: "+
			"set XDG_RUNTIME_DIR to a folder of yours", dir, owner, uid)
	case info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s is open to others (mode %04o), so it is not trusted: remove it, or chmod 700 it", dir, info.Mode().Perm())
	}
	return dir, nil
}

func ownerOf(info fs.FileInfo) int {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return -1
	}
	return int(st.Uid)
}
