package guarded

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// A viewer is the user of this process.
type viewer struct{ uid, gid int }

func newViewer() viewer { return viewer{os.Geteuid(), os.Getegid()} }

// trusts reports whether a user is root or the viewer.
func (v viewer) trusts(uid uint32) bool { return uid == 0 || int(uid) == v.uid }

// Untrusted returns "user 1001" for a user who is neither root nor the viewer, else "".
func Untrusted(uid int) string {
	if newViewer().trusts(uint32(uid)) {
		return ""
	}
	return fmt.Sprintf("user %d", uid)
}

// writer returns the untrusted user or group that may write a file or folder; "": none.
// A sticky folder has none: others can't replace an entry that they do not own, and the
// entry's own owner is checked.
func (v viewer) writer(st *unix.Stat_t) string {
	kind := st.Mode & unix.S_IFMT
	sticky := kind == unix.S_IFDIR && st.Mode&unix.S_ISVTX != 0
	switch {
	case !v.trusts(st.Uid):
		return fmt.Sprintf("user %d", st.Uid)
	case kind == unix.S_IFLNK, kind == unix.S_IFSOCK, sticky: // to write to a socket is to connect to it
		return ""
	case st.Mode&0o002 != 0:
		return "any user"
	case st.Mode&0o020 != 0 && st.Gid != 0 && int(st.Gid) != v.gid:
		return fmt.Sprintf("group %d", st.Gid)
	}
	return ""
}
