package guarded

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// A viewer is who reads.
type viewer struct{ uid, gid int }

func newViewer() viewer { return viewer{os.Geteuid(), os.Getegid()} }

// own reports whether a user is root, or the viewer.
func (v viewer) own(uid uint32) bool { return uid == 0 || int(uid) == v.uid }

// Stranger says who a user is, if neither root nor the viewer: "user 1001"; else
// "".
func Stranger(uid int) string {
	if newViewer().own(uint32(uid)) {
		return ""
	}
	return fmt.Sprintf("user %d", uid)
}

// writer says who else than root and the viewer may write to a file or a folder;
// "": nobody. Where a folder is sticky, others can't take away what is not theirs:
// what is in it has an owner of its own.
func (v viewer) writer(st *unix.Stat_t) string {
	kind := st.Mode & unix.S_IFMT
	sticky := kind == unix.S_IFDIR && st.Mode&unix.S_ISVTX != 0
	switch {
	case !v.own(st.Uid):
		return fmt.Sprintf("user %d", st.Uid)
	case kind == unix.S_IFLNK, kind == unix.S_IFSOCK, sticky: // to write to a socket is to talk
		return ""
	case st.Mode&0o002 != 0:
		return "any user"
	case st.Mode&0o020 != 0 && st.Gid != 0 && int(st.Gid) != v.gid:
		return fmt.Sprintf("group %d", st.Gid)
	}
	return ""
}
