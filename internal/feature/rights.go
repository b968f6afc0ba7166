package feature

import (
	"fmt"
	"strings"
	"syscall"
)

// rights holds what keeps this process from making labs in the host's namespaces; nil
// errors do not.
type rights struct {
	folder  error // why /run/netns or /run/vethlab can't be written
	mounts  error // why mount(2) fails
	network error // why the host namespace can't be entered
}

// explainRoot returns nil if labs can be made in the host's namespaces.
func (m *machine) explainRoot(r rights) error {
	missing := m.lackingNeeded("CapEff")
	switch {
	case !m.exists("/proc/self/ns/net"):
		return &Error{Reason: because(syscall.ENOENT, "/proc is not mounted"), Hint: m.sudo(mountProc)}
	case len(missing) > 0 && m.uid() != 0:
		hint := "sudo vethlab …"
		if len(m.lackingNeeded("CapBnd")) > 0 { // root lacks them too
			hint = m.remedyRights()
		}
		return &Error{Reason: because(syscall.EPERM, "user %s is not root", m.userName()), Hint: hint}
	case len(missing) > 0:
		return &Error{
			Reason: because(syscall.EPERM, "root here is without %s", strings.Join(missing, " and ")),
			Hint:   m.remedyRights(),
		}
	case r.folder != nil:
		return &Error{Reason: r.folder, Hint: m.remedyFolder(r.folder)}
	case r.mounts != nil:
		return &Error{Reason: because(r.mounts, "mount is not allowed here"), Hint: m.remedyUnshare("--mount")}
	case r.network != nil:
		return &Error{Reason: because(r.network, "the network namespace belongs to another user namespace"), Hint: m.remedyUnshare("--net")}
	}
	return nil
}

// mountProc mounts /proc.
const mountProc = "mount -t proc proc /proc"

// remedyRights returns how to get root's rights, or "".
func (m *machine) remedyRights() string {
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

func (m *machine) remedyFolder(reason error) string {
	if notSupported(reason) {
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

// remedyUnshare is the remedy for root of a user namespace whose mount or network
// namespace belongs to another.
func (m *machine) remedyUnshare(option string) string {
	if m.mapped() != "" {
		return "unshare with " + option + ", for a namespace that belongs to this user namespace"
	}
	return m.remedyRights()
}

// because returns an error "explanation (kernel's reason)".
func because(reason error, format string, args ...any) error {
	return fmt.Errorf("%s (%w)", fmt.Sprintf(format, args...), reason)
}
