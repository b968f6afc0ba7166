package feature

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/vethlab/vethlab/internal/sandbox"
)

// The sysctls that forbid user namespaces.
const (
	sysctlUserns   = "/proc/sys/kernel/unprivileged_userns_clone"             // Debian, Arch
	sysctlAppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns" // Ubuntu
)

// namespaceLimits are the limits of what a sandbox is made of, per user
// (namespaces(7)).
var namespaceLimits = []string{
	"user.max_user_namespaces", "user.max_net_namespaces", "user.max_mnt_namespaces", "user.max_pid_namespaces",
}

// Explain finds out why a sandbox could not be made, if that is what an error is
// about. Others it returns as they are.
func Explain(err error) error {
	if start := (*sandbox.StartError)(nil); errors.As(err, &start) {
		return fmt.Errorf("cannot make a sandbox for the lab: %w", Rootless.explain(local, local.explainRootless(err)))
	}
	return err
}

// explainRootless finds out why an ordinary user's sandbox could not be made.
func (m *machine) explainRootless(reason error) error {
	if reason != nil && !m.exists("/proc/self/ns") {
		return &Error{Reason: because(syscall.ENOENT, "/proc is not mounted"), Hint: m.sudo(mountProc)}
	}
	start := (*sandbox.StartError)(nil)
	if !errors.As(reason, &start) {
		return reason
	}
	failed := fmt.Errorf("%s: %w", start.Step, start.Err)
	switch making := start.Step == sandbox.StepNamespaces; {
	case making && !m.exists("/proc/self/ns/user"):
		return &Error{Reason: because(failed, "this kernel has no user namespaces"), Hint: "a kernel with CONFIG_USER_NS"}
	case making && errors.Is(failed, syscall.ENOSPC):
		return m.explainLimit(failed)
	case making && refused(failed):
		return m.explainNoNamespace(failed)
	case refused(failed):
		return m.explainNoMount(start.Step, failed)
	case errors.Is(failed, syscall.ENOENT):
		return &Error{Reason: failed, Hint: "make the folder that is missing: a sandbox has a /run and a /proc of its own"}
	}
	return &Error{Reason: failed}
}

// tooOld returns why the kernel is too old for sandboxes: to enter one, all its
// namespaces are entered at once (setns(2) with a pidfd).
func (m *machine) tooOld() error {
	if !m.olderThan(Rootless.Since) {
		return nil
	}
	return &Error{
		Reason: errors.New("a sandbox could not be entered"),
		Hint:   fmt.Sprintf("Linux %s or later: this is %s", Rootless.Since, m.kernel()),
	}
}

// explainLimit is for a sandbox that would be one too many.
func (m *machine) explainLimit(failed error) error {
	for _, limit := range namespaceLimits {
		if m.number(sysctlPath(limit)) == 0 {
			return &Error{
				Reason: because(failed, "%s is 0", limit),
				Hint:   m.sudo("sysctl -w " + limit + "=15000"),
			}
		}
	}
	hint := "end what holds namespaces, or raise " + strings.Join(namespaceLimits, ", ")
	if m.mapped() != "" {
		hint += ", here and in the user namespaces above; more than 32 can't be in each other"
	}
	return &Error{Reason: because(failed, "there are too many namespaces already"), Hint: hint}
}

// explainNoNamespace is for a sandbox whose namespaces were not allowed. What is
// forbidden in more than one way is explained by what stands first in the way.
func (m *machine) explainNoNamespace(failed error) error {
	switch {
	case m.number(sysctlUserns) == 0 && !m.trueRoot():
		return &Error{
			Reason: because(failed, "kernel.unprivileged_userns_clone is 0"),
			Hint:   m.sudo("sysctl -w kernel.unprivileged_userns_clone=1"),
		}
	case m.restrictedByAppArmor():
		return m.explainAppArmor(failed)
	case m.filtered():
		return &Error{Reason: because(failed, "a seccomp filter forbids it"), Hint: m.mendFilter()}
	case m.mapped() == "nobody":
		return &Error{
			Reason: because(failed, "this user has no id in the user namespace that it is in"),
			Hint:   "unshare with --map-root-user, or the like",
		}
	case m.changedRoot():
		return &Error{
			Reason: because(failed, "that is forbidden where chroot has changed the root folder"),
			Hint:   mendChroot,
		}
	case m.text("/sys/fs/selinux/enforce") == "1":
		return &Error{
			Reason: because(failed, "SELinux is enforcing, and may be what forbids it"),
			Hint:   m.sudo("ausearch -m avc -ts recent"),
		}
	}
	return &Error{
		Reason: because(failed, "no sysctl and no filter forbids it: it is chroot, or a security module"),
		Hint:   mendChroot,
	}
}

// mendChroot is for a changed root folder (user_namespaces(7), EPERM).
const mendChroot = "outside of the chroot, or in a container, which has pivot_root for it"

// explainNoMount is for a sandbox in which a step was not allowed.
func (m *machine) explainNoMount(step string, failed error) error {
	covered := m.covered("/proc")
	switch {
	case m.restrictedByAppArmor():
		return m.explainAppArmor(failed)
	case step == sandbox.StepProc && len(covered) > 0:
		return &Error{Reason: because(failed, "parts of /proc are covered: %s", strings.Join(covered, " ")), Hint: m.mendProc()}
	case step == sandbox.StepProc:
		return &Error{Reason: because(failed, "the /proc here does not show all, so there can be no other"), Hint: m.mendProc()}
	}
	return &Error{Reason: failed, Hint: m.mendRights()}
}

// restrictedByAppArmor reports whether a user namespace that this user makes
// gives it no rights, as in Ubuntu since 23.10.
func (m *machine) restrictedByAppArmor() bool { return m.number(sysctlAppArmor) == 1 && m.uid() != 0 }

func (m *machine) explainAppArmor(failed error) error {
	return &Error{
		Reason: because(failed, "AppArmor forbids it: kernel.apparmor_restrict_unprivileged_userns is 1"),
		Hint:   mendAppArmor,
	}
}

const mendAppArmor = "install packaging/apparmor/vethlab of vethlab's sources as it says, or: " +
	"sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"

func (m *machine) mendFilter() string {
	switch name := m.container(); name {
	case "docker":
		return "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …"
	case "podman":
		return "podman run --security-opt seccomp=unconfined --security-opt unmask=ALL …"
	case "kubernetes":
		return "securityContext: {seccompProfile: {type: Unconfined}, procMount: Unmasked} for the container"
	}
	return "a process without that filter: /proc/self/status says Seccomp: 2, as in containers and services"
}

func (m *machine) mendProc() string {
	switch name := m.container(); name {
	case "docker":
		return "docker run --security-opt systempaths=unconfined …"
	case "podman":
		return "podman run --security-opt unmask=ALL …"
	case "kubernetes":
		return "securityContext: {procMount: Unmasked} for the container"
	}
	return m.sudo("umount what is mounted below /proc")
}

// emptyFolders are there to be mounted on: that covers nothing.
var emptyFolders = []string{"/proc/fs/nfsd", "/proc/sys/fs/binfmt_misc"}

// covered returns what is mounted below a folder: where parts of the old /proc
// are covered, the kernel lets nobody see them in a new one
// (user_namespaces(7)).
func (m *machine) covered(dir string) []string {
	var list []string
	for _, mount := range m.mounts() {
		if strings.HasPrefix(mount, dir+"/") && !slices.Contains(emptyFolders, mount) {
			list = append(list, mount)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// changedRoot reports whether / is no mount point: what is mounted on it is out
// of reach, as after chroot(1).
func (m *machine) changedRoot() bool {
	mounts := m.mounts()
	return len(mounts) > 0 && !slices.Contains(mounts, "/")
}

// mounts returns the mount points that this process sees (proc_pid_mountinfo(5)).
func (m *machine) mounts() []string {
	var list []string
	for line := range strings.Lines(m.text("/proc/self/mountinfo")) {
		if fields := strings.Fields(line); len(fields) > 4 {
			list = append(list, fields[4])
		}
	}
	return list
}

// warnRootless returns what keeps ordinary users from what root has been able to
// do, or nil.
func (m *machine) warnRootless() error {
	switch {
	case m.uid() != 0:
		return nil // tried by one
	case m.number(sysctlUserns) == 0:
		return &Error{Reason: errors.New("for root only: kernel.unprivileged_userns_clone is 0"), Hint: m.sudo("sysctl -w kernel.unprivileged_userns_clone=1")}
	case m.number(sysctlAppArmor) == 1:
		return &Error{Reason: errors.New("for root only: kernel.apparmor_restrict_unprivileged_userns is 1"), Hint: mendAppArmor}
	}
	return nil
}

// sysctlPath returns the file of a sysctl.
func sysctlPath(key string) string { return "/proc/sys/" + strings.ReplaceAll(key, ".", "/") }
