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

// runtimeDir returns the folder in which this user's sandboxes have their
// records, and makes it if make is true. It is below XDG_RUNTIME_DIR or, where
// that is not there, /tmp/vethlab-UID. A folder that others own or can write is
// never used: who puts a record there would be who answers for the lab.
func runtimeDir(make bool) (string, error) {
	uid := os.Geteuid()
	if base := os.Getenv("XDG_RUNTIME_DIR"); base != "" {
		info, err := os.Stat(base)
		if err == nil && filepath.IsAbs(base) {
			if owner := ownerOf(info); owner != uid {
				return "", fmt.Errorf("XDG_RUNTIME_DIR is %s, which belongs to user %d, not to you (user %d): "+
					"it is of another login (su, sudo); unset it, or set it to a folder of yours", base, owner, uid)
			}
			return privateDir(filepath.Join(base, "vethlab"), uid, make)
		}
		// The login that it was of is over.
	}
	return privateDir(filepath.Join("/tmp", "vethlab-"+strconv.Itoa(uid)), uid, make)
}

// privateDir returns a folder that only the user can reach.
func privateDir(dir string, uid int, make bool) (string, error) {
	if make {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("the folder for running labs: %w", err)
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
		return "", fmt.Errorf("%s is not a folder: somebody put it there, remove it", dir)
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
