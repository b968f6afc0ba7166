package feature

import (
	"fmt"
	"strings"
	"syscall"
)

// rights are what making labs on the machine itself takes.
type rights struct {
	folder  error // why the folders of names and locks can't be written
	mounts  error // why nothing can be mounted
	network error // why the machine's own network namespace can't be entered
}

// explainRoot returns nil if labs can be made on the machine itself.
func (m *machine) explainRoot(r rights) error {
	missing := m.lackingNeeded("CapEff")
	switch {
	case !m.exists("/proc/self/ns/net"):
		return &Error{Reason: because(syscall.ENOENT, "/proc is not mounted"), Hint: m.sudo(mountProc)}
	case len(missing) > 0 && m.uid() != 0:
		hint := "sudo vethlab …"
		if len(m.lackingNeeded("CapBnd")) > 0 { // root has no more
			hint = m.mendRights()
		}
		return &Error{Reason: because(syscall.EPERM, "user %s is not root", m.userName()), Hint: hint}
	case len(missing) > 0:
		return &Error{
			Reason: because(syscall.EPERM, "root here is without %s", strings.Join(missing, " and ")),
			Hint:   m.mendRights(),
		}
	case r.folder != nil:
		return &Error{Reason: r.folder, Hint: m.mendFolder(r.folder)}
	case r.mounts != nil:
		return &Error{Reason: because(r.mounts, "nothing can be mounted here"), Hint: m.mendUnshare("--mount")}
	case r.network != nil:
		return &Error{Reason: because(r.network, "the network here is not this user's"), Hint: m.mendUnshare("--net")}
	}
	return nil
}

// mountProc is what brings back /proc.
const mountProc = "mount -t proc proc /proc"

// mendRights says how somebody gets rights that root has and is refused.
func (m *machine) mendRights() string {
	switch name := m.container(); {
	case name == "docker", name == "podman":
		return name + " run --privileged …"
	case name == "kubernetes":
		return "securityContext: {privileged: true} for the container"
	case name != "":
		return "a privileged container"
	case m.uid() != 0:
		return "sudo vethlab …"
	case m.mapped() != "":
		return "root outside of this user namespace"
	case m.filtered():
		return "a process without a seccomp filter: this one has one, as in a container or a service"
	}
	return ""
}

func (m *machine) mendFolder(reason error) string {
	if lacking(reason) {
		return m.sudo("mkdir /run")
	}
	if name := m.container(); name == "docker" || name == "podman" {
		return name + " run --tmpfs /run …"
	}
	if refused(reason) && m.mapped() != "" {
		return "a /run of this user namespace: unshare --user --map-root-user --mount, then mount -t tmpfs tmpfs /run"
	}
	return m.sudo("mount -t tmpfs tmpfs /run")
}

// mendUnshare is for root of a user namespace that lacks one of the others.
func (m *machine) mendUnshare(option string) string {
	if m.mapped() != "" {
		return "unshare with " + option + ", for a namespace that is this user's"
	}
	return m.mendRights()
}

// because puts what is behind a reason of the kernel's before it.
func because(reason error, format string, args ...any) error {
	return fmt.Errorf("%s (%w)", fmt.Sprintf(format, args...), reason)
}
