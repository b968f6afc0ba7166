package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A program that this package starts reads its role from a memfd that it inherits: a
// sealed file named roleName with the role and the namespaces of the starter. The
// environment variable only holds the descriptor's number. So a variable alone, which
// sudo or a service manager may pass on from another user, has no effect.
const (
	roleEnv   = "VETHLAB_SANDBOX"
	roleName  = "vethlab-role"
	roleSeals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
)

// newNamespaces are the kinds of namespaces that a program of a role does not share
// with its starter.
var newNamespaces = map[Role][]string{
	Holder:   {"mnt", "net", "pid", "user"},
	Isolated: {"mnt", "net", "pid"},
	bare:     {"mnt", "net", "pid"},
	launched: {"mnt", "net", "pid", "user"},
	Inside:   {"user"},
}

// roleFile returns the sealed memfd that gives a program its role.
func roleFile(role Role) (*os.File, error) {
	fd, err := unix.MemfdCreate(roleName, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), roleName)
	text := []string{string(role)}
	for _, kind := range newNamespaces[role] {
		text = append(text, namespaceOf(kind))
	}
	_, err = f.WriteString(strings.Join(text, " "))
	if err == nil {
		_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, roleSeals)
		err = os.NewSyscallError("fcntl F_ADD_SEALS", err)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// roleVariable returns the variable with the descriptor of the role file.
func roleVariable(fd int) string { return roleEnv + "=" + strconv.Itoa(fd) }

// takeRole returns the role of this program. It unsets the variable and closes the
// role file.
func takeRole() Role {
	value, ok := os.LookupEnv(roleEnv)
	if !ok {
		return Plain
	}
	_ = os.Unsetenv(roleEnv) // can't fail for this name
	fd, err := strconv.Atoi(value)
	if err != nil || fd < readyFile {
		return Plain
	}
	role := readRole(fd)
	if role != Plain {
		_ = unix.Close(fd)
	}
	return role
}

// readRole returns the role in a role file. It returns [Plain] if the descriptor is
// not a role file, or this program still shares a namespace with the starter that the
// role must not share.
func readRole(fd int) Role {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil || seals&roleSeals != roleSeals {
		return Plain
	}
	if name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err != nil || name != "/memfd:"+roleName+" (deleted)" {
		return Plain
	}
	var text [256]byte
	n, err := unix.Pread(fd, text[:], 0)
	if err != nil {
		return Plain
	}
	words := strings.Fields(string(text[:n]))
	if len(words) == 0 || newNamespaces[Role(words[0])] == nil {
		return Plain
	}
	role := Role(words[0])
	kinds := newNamespaces[role]
	if len(words) != 1+len(kinds) || slices.Contains(kinds, "pid") && os.Getpid() != 1 {
		return Plain
	}
	for i, kind := range kinds {
		if own := namespaceOf(kind); own == "" || own == words[1+i] {
			return Plain
		}
	}
	return role
}

// namespaceOf returns the kernel's name for a namespace of this process, such as
// "net:[4026531840]", or "".
func namespaceOf(kind string) string {
	name, err := os.Readlink(filepath.Join("/proc/self/ns", kind))
	if err != nil {
		return ""
	}
	return name
}

// runSource is the mount source of the tmpfs that [setupMounts] mounts on /run.
const runSource = "vethlab"

// PrivateRun reports whether this package mounted /run in this process's mount
// namespace. It reads mountinfo, so no environment variable can fake it.
func PrivateRun() bool {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	covered := false
	for line := range bytes.Lines(table) {
		// See proc(5): id, parent, device, root, mount point, …, "-", type, source.
		before, after, ok := strings.Cut(string(line), " - ")
		mount, fs := strings.Fields(before), strings.Fields(after)
		if ok && len(mount) > 4 && len(fs) > 1 && mount[4] == "/run" {
			covered = fs[0] == "tmpfs" && fs[1] == runSource
		}
	}
	return covered
}
