package kernel

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/guarded"
	"github.com/vethlab/vethlab/internal/netns"
)

// Processes returns the processes inside a named namespace, with who runs them
// and by what command.
func Processes(namespace string) ([]dump.Process, error) {
	found, err := netns.Processes(namespace)
	list := make([]dump.Process, len(found))
	names := map[uint32]string{}
	for i, p := range found {
		list[i] = dump.Process{PID: p.PID, Name: p.Command, Command: commandLine(p.PID), User: owner(p.PID, names)}
	}
	return list, err
}

// maxArgs bounds how much is read of the arguments of a process, which may have
// megabytes, in bytes; maxHeld how many descriptors of one are looked at.
const (
	maxArgs = 32 << 10
	maxHeld = 1 << 16
)

// commandLine returns what a process was started by, in one line, without what a
// terminal might obey; "" of a kernel thread.
func commandLine(pid int) string {
	text, _ := guarded.Head(fmt.Sprintf("/proc/%d/cmdline", pid), maxArgs)
	return strings.Join(strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsPrint(r) && r != ' ' }), " ")
}

// owner returns who runs a process. Names that were looked up are kept.
func owner(pid int, names map[uint32]string) string {
	var st unix.Stat_t
	if err := unix.Stat(fmt.Sprintf("/proc/%d", pid), &st); err != nil {
		return ""
	}
	if name, ok := names[st.Uid]; ok {
		return name
	}
	names[st.Uid] = strconv.Itoa(int(st.Uid))
	if u, err := user.LookupId(names[st.Uid]); err == nil {
		names[st.Uid] = u.Username
	}
	return names[st.Uid]
}

// setHolders finds the processes that hold sockets: /proc/PID/fd links to
// "socket:[INODE]". Processes of others, and what can't be read, are missing.
func setHolders(sockets []dump.Socket) {
	byInode := map[string]int{}
	for i, s := range sockets {
		byInode[fmt.Sprintf("socket:[%d]", s.Inode)] = i
	}
	folders, _ := filepath.Glob("/proc/[0-9]*/fd")
	for _, folder := range folders {
		fds := entries(folder, maxHeld)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		for _, fd := range fds {
			target, err := os.Readlink(filepath.Join(folder, fd))
			if i, ok := byInode[target]; ok && err == nil {
				sockets[i].Processes = addProcess(sockets[i].Processes, pid)
			}
		}
	}
}

// addProcess adds a process that is not in the list.
func addProcess(list []dump.Process, pid int) []dump.Process {
	if n := len(list); n > 0 && list[n-1].PID == pid {
		return list
	}
	return append(list, dump.Process{PID: pid, Name: netns.CommandName(pid)})
}

// entries returns the names in a folder, at most so many.
func entries(folder string, most int) []string {
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(most)
	return names
}
