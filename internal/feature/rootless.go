package feature

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// Sysctls that forbid user namespaces to ordinary users.
const (
	sysctlUserns   = "/proc/sys/kernel/unprivileged_userns_clone"             // Debian, Arch
	sysctlAppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns" // Ubuntu
)

// namespaceLimits are the per-user limits of a sandbox's namespaces (namespaces(7)).
var namespaceLimits = []string{
	"user.max_user_namespaces", "user.max_net_namespaces", "user.max_mnt_namespaces", "user.max_pid_namespaces",
}

// Explain adds the cause and a hint to a [*sandbox.StartError]. It returns other
// errors unchanged.
func Explain(err error) error {
	if start := (*sandbox.StartError)(nil); errors.As(err, &start) {
		return fmt.Errorf("cannot make a sandbox for the lab: %w", Rootless.explain(local, local.explainRootless(err)))
	}
	return err
}

// explainRootless returns why an ordinary user's sandbox could not be made.
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
	case start.Step == sandbox.StepWatch:
		return m.explainNoWatch(failed)
	case errors.Is(failed, syscall.EAGAIN), start.Step == sandbox.StepStart:
		return &Error{Reason: because(failed, "the limit of processes may be reached, of the user or of a cgroup"), Hint: m.remedyProcesses()}
	case errors.Is(failed, syscall.ENOMEM):
		return &Error{Reason: because(failed, "there is no memory left, on the machine or in a cgroup"), Hint: "end programs, or raise the cgroup's memory.max"}
	case refused(failed):
		return m.explainNoMount(start.Step, failed)
	case errors.Is(failed, syscall.ENOENT):
		return &Error{Reason: failed, Hint: "make the missing folder: a sandbox mounts its own /run and /proc"}
	}
	return &Error{Reason: failed}
}

// tooOld returns an error if the kernel can't enter all namespaces of a process at
// once (setns(2) with a pidfd), which entering a sandbox takes.
func (m *machine) tooOld() error {
	if !m.olderThan(Rootless.Since) {
		return nil
	}
	return &Error{
		Reason: errors.New("a sandbox could not be entered"),
		Hint:   fmt.Sprintf("Linux %s or later: this is %s", Rootless.Since, m.kernel()),
	}
}

// remedyProcesses is the remedy where a limit of processes is reached.
func (m *machine) remedyProcesses() string {
	remedy := "end processes of this user, take labs down, or raise pids.max of the cgroup"
	if n := m.rlimit("Max processes"); n >= 0 {
		remedy += fmt.Sprintf(", or the user's limit, which is %d here: ulimit -u %d, by root or below the hard limit", n, 2*n)
	}
	return remedy
}

// explainLimit explains ENOSPC: a namespace limit is reached.
func (m *machine) explainLimit(failed error) error {
	if limit := (*netns.LimitError)(nil); errors.As(failed, &limit) && limit.Value != 0 {
		return &Error{Reason: because(fmt.Errorf("%s: %w", sandbox.StepNamespaces, syscall.ENOSPC), "%s", limit.Reason()), Hint: limit.Remedy()}
	}
	for _, limit := range namespaceLimits {
		if m.number(sysctlPath(limit)) == 0 {
			return &Error{
				Reason: because(fmt.Errorf("%s: %w", sandbox.StepNamespaces, syscall.ENOSPC), "%s is 0", limit),
				Hint:   m.sudo("sysctl -w " + limit + "=15000"),
			}
		}
	}
	hint := "end processes that hold namespaces, or raise " + strings.Join(namespaceLimits, ", ")
	if m.mapped() != "" {
		hint += ", here and in the user namespaces above; user namespaces nest at most 32 deep"
	}
	return &Error{Reason: because(failed, "a namespace limit is reached"), Hint: hint}
}

// explainNoWatch explains a failed call of inotify(7): each sandbox takes one instance and
// one watch of its user.
func (m *machine) explainNoWatch(failed error) error {
	limit := ""
	switch {
	case errors.Is(failed, syscall.EMFILE):
		limit = "fs.inotify.max_user_instances"
	case errors.Is(failed, syscall.ENOSPC):
		limit = "fs.inotify.max_user_watches"
	default:
		return &Error{Reason: failed}
	}
	n := m.number(sysctlPath(limit))
	return &Error{
		Reason: because(failed, "%s of this user is reached, which is %d", limit, n),
		Hint:   "take labs down, or end programs that watch files, or raise it: " + m.sudo(fmt.Sprintf("sysctl -w %s=%d", limit, max(minWatches, 2*n))),
	}
}

// minWatches is the least number of inotify instances or watches that a remedy proposes.
const minWatches = 1024

// explainNoNamespace explains EPERM from making namespaces. If several settings forbid
// it, the one that the kernel checks first is named.
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
		return &Error{Reason: because(failed, "a seccomp filter forbids it"), Hint: m.remedyFilter()}
	case m.mapped() == "nobody":
		return &Error{
			Reason: because(failed, "this UID is not mapped in its user namespace"),
			Hint:   "unshare with --map-root-user, or the like",
		}
	case m.changedRoot():
		return &Error{
			Reason: because(failed, "the kernel forbids user namespaces in a chroot"),
			Hint:   remedyChroot,
		}
	case m.text("/sys/fs/selinux/enforce") == "1":
		return &Error{
			Reason: because(failed, "SELinux is enforcing and may forbid it"),
			Hint:   m.sudo("ausearch -m avc -ts recent"),
		}
	}
	return &Error{
		Reason: because(failed, "no sysctl or seccomp filter forbids it; chroot or a security module may"),
		Hint:   remedyChroot,
	}
}

// remedyChroot is the remedy in a chroot (user_namespaces(7), EPERM).
const remedyChroot = "run vethlab outside the chroot, or in a container, which uses pivot_root"

// explainNoMount explains EPERM from a later step.
func (m *machine) explainNoMount(step string, failed error) error {
	covered := m.covered("/proc")
	switch {
	case m.restrictedByAppArmor():
		return m.explainAppArmor(failed)
	case step == sandbox.StepProc && len(covered) > 0:
		return &Error{Reason: because(failed, "parts of /proc are covered: %s", strings.Join(covered, " ")), Hint: m.remedyProc()}
	case step == sandbox.StepProc:
		return &Error{Reason: because(failed, "parts of this /proc are hidden, so the kernel allows no new one"), Hint: m.remedyProc()}
	}
	return &Error{Reason: failed, Hint: m.remedyRights()}
}

// restrictedByAppArmor reports whether AppArmor removes the capabilities of a user
// namespace that this user makes, as in Ubuntu since 23.10.
func (m *machine) restrictedByAppArmor() bool { return m.number(sysctlAppArmor) == 1 && m.uid() != 0 }

func (m *machine) explainAppArmor(failed error) error {
	return &Error{
		Reason: because(failed, "AppArmor forbids it: kernel.apparmor_restrict_unprivileged_userns is 1"),
		Hint:   remedyAppArmor,
	}
}

const remedyAppArmor = "install packaging/apparmor/vethlab of vethlab's sources as it says, or: " +
	"sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"

func (m *machine) remedyFilter() string {
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

func (m *machine) remedyProc() string {
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

// emptyFolders are empty mount points: a mount there covers nothing.
var emptyFolders = []string{"/proc/fs/nfsd", "/proc/sys/fs/binfmt_misc"}

// covered returns the mounts below a folder. If mounts cover parts of /proc, the
// kernel refuses a new proc mount, which would uncover them (user_namespaces(7)).
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

// changedRoot reports whether / is not a mount point, as after chroot(1).
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

// warnRootless returns the setting that forbids sandboxes to ordinary users although
// root could make one, or nil.
func (m *machine) warnRootless() error {
	switch {
	case m.uid() != 0:
		return nil // an ordinary user has tried
	case m.number(sysctlUserns) == 0:
		return &Error{Reason: errors.New("for root only: kernel.unprivileged_userns_clone is 0"), Hint: m.sudo("sysctl -w kernel.unprivileged_userns_clone=1")}
	case m.number(sysctlAppArmor) == 1:
		return &Error{Reason: errors.New("for root only: kernel.apparmor_restrict_unprivileged_userns is 1"), Hint: remedyAppArmor}
	}
	return nil
}

// sysctlPath returns the file of a sysctl.
func sysctlPath(key string) string { return "/proc/sys/" + strings.ReplaceAll(key, ".", "/") }
