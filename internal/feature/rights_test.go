package feature

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// said checks the reason and the advice of an error.
func said(t *testing.T, name string, err error, reason, hint string) {
	t.Helper()
	e := (*Error)(nil)
	switch {
	case !errors.As(err, &e):
		t.Errorf("%s: %v, want %s", name, err, reason)
	case !strings.Contains(e.Reason.Error(), reason):
		t.Errorf("%s: reason %q, want %q", name, e.Reason, reason)
	case e.Hint != hint:
		t.Errorf("%s: hint %q, want %q", name, e.Hint, hint)
	}
}

func TestExplainRoot(t *testing.T) {
	bounded := files{"/proc/self/status": status("0", "00000000a80425fb", 2)}
	readOnly := rights{folder: &os.PathError{Op: "write", Path: "/run", Err: syscall.EROFS}}
	others := rights{folder: &os.PathError{Op: "write", Path: "/run", Err: syscall.EACCES}}
	for _, test := range []struct {
		name         string
		files        files
		rights       rights
		reason, hint string
	}{
		{"a user", laptop(), rights{}, "user uid 4200000 is not root", "sudo vethlab …"},
		{
			"docker", laptop().with(bounded).with(files{"/.dockerenv": ""}),
			rights{},
			"root here is without CAP_NET_ADMIN and CAP_SYS_ADMIN", "docker run --privileged …",
		},
		{
			"podman", laptop().with(bounded).with(files{"/run/.containerenv": ""}),
			rights{},
			"root here is without", "podman run --privileged …",
		},
		{
			"kubernetes", laptop().with(bounded).with(files{"/run/secrets/kubernetes.io/": ""}),
			rights{},
			"root here is without", "securityContext: {privileged: true} for the container",
		},
		{
			"lxc", laptop().with(bounded).with(files{"/run/systemd/container": "lxc"}),
			rights{},
			"root here is without", "a privileged container",
		},
		{
			"a service", laptop().with(bounded),
			rights{},
			"root here is without", "a process without a seccomp filter: this one has one, as in a container or a service",
		},
		{
			"one capability", laptop().with(files{"/proc/self/status": status("0", "000001ffffffefff", 0)}),
			rights{},
			"root here is without CAP_NET_ADMIN (", "",
		},
		{"read-only", laptop().asRoot(), readOnly, "write /run: read-only file system", "mount -t tmpfs tmpfs /run"},
		{"read-only docker", laptop().asRoot().with(files{"/.dockerenv": ""}), readOnly, "read-only", "docker run --tmpfs /run …"},
		{
			"root of a user namespace", laptop().asRoot().with(files{"/proc/self/uid_map": "0 1001 1"}), others, "permission denied",
			"a /run of this user namespace: unshare --user --map-root-user --mount, then mount -t tmpfs tmpfs /run",
		},
		{
			"mounts of others", laptop().asRoot().with(files{"/proc/self/uid_map": "0 0 1"}),
			rights{mounts: syscall.EPERM},
			"mount is not allowed here", "unshare with --mount, for a namespace that belongs to this user namespace",
		},
		{"no proc", laptop().with(files{"/proc/self/ns/net": "-"}), rights{}, "/proc is not mounted", "sudo mount -t proc proc /proc"},
	} {
		err := test.files.machine(t).explainRoot(test.rights)
		said(t, test.name, err, test.reason, test.hint)
	}
	if err := laptop().asRoot().machine(t).explainRoot(rights{}); err != nil {
		t.Errorf("root: %v", err)
	}
}

func TestExplainRootless(t *testing.T) {
	made := func(errno error) error { return &sandbox.StartError{Step: sandbox.StepNamespaces, Err: errno} }
	proc := &sandbox.StartError{Step: sandbox.StepProc, Err: syscall.EPERM}
	slave := &sandbox.StartError{Step: "mount --make-rslave /", Err: syscall.EACCES}
	filter := files{"/proc/self/status": status(stranger, "0", 2)}
	masked := files{"/proc/self/mountinfo": laptop()["/proc/self/mountinfo"] +
		"30 22 0:30 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n" + // covers nothing
		"31 22 0:31 / /proc/acpi ro - tmpfs tmpfs ro\n32 22 0:32 /null /proc/kcore rw - tmpfs tmpfs rw\n"}
	apparmor := files{sysctlAppArmor: "1\n"}
	limit := func(name string) files { return files{sysctlPath("user.max_" + name + "_namespaces"): "0\n"} }
	for _, test := range []struct {
		name         string
		files        files
		err          error
		reason, hint string
	}{
		{
			"sysctl of Debian", laptop().with(files{sysctlUserns: "0"}), made(syscall.EPERM),
			"kernel.unprivileged_userns_clone is 0", "sudo sysctl -w kernel.unprivileged_userns_clone=1",
		},
		{
			"AppArmor, no namespace", laptop().with(apparmor), made(syscall.EACCES),
			"kernel.apparmor_restrict_unprivileged_userns is 1", remedyAppArmor,
		},
		{
			"AppArmor, no rights", laptop().with(apparmor), slave,
			"kernel.apparmor_restrict_unprivileged_userns is 1 (mount --make-rslave /: permission denied)", remedyAppArmor,
		},
		{
			"no user namespaces at all", laptop().with(limit("user")), made(syscall.ENOSPC),
			"user.max_user_namespaces is 0", "sudo sysctl -w user.max_user_namespaces=15000",
		},
		{
			"no network namespaces", laptop().with(limit("net")), made(syscall.ENOSPC),
			"user.max_net_namespaces is 0", "sudo sysctl -w user.max_net_namespaces=15000",
		},
		{
			"too many", laptop().with(files{sysctlPath("user.max_user_namespaces"): "5"}), made(syscall.ENOSPC),
			"a namespace limit is reached", "end processes that hold namespaces, or raise " + strings.Join(namespaceLimits, ", "),
		},
		{
			"too deep", laptop().asRoot().with(files{"/proc/self/uid_map": "0 0 1"}), made(syscall.ENOSPC),
			"a namespace limit is reached", "end processes that hold namespaces, or raise " + strings.Join(namespaceLimits, ", ") +
				", here and in the user namespaces above; user namespaces nest at most 32 deep",
		},
		{
			"docker", laptop().with(filter).with(files{"/.dockerenv": ""}), made(syscall.EPERM), "a seccomp filter forbids it",
			"docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …",
		},
		{
			"podman", laptop().with(filter).with(files{"/run/.containerenv": ""}), made(syscall.EPERM), "a seccomp filter forbids it",
			"podman run --security-opt seccomp=unconfined --security-opt unmask=ALL …",
		},
		{
			"kubernetes", laptop().with(filter).with(files{"/run/secrets/kubernetes.io/": ""}), made(syscall.EPERM), "a seccomp filter forbids it",
			"securityContext: {seccompProfile: {type: Unconfined}, procMount: Unmasked} for the container",
		},
		{
			"a service", laptop().with(filter), made(syscall.EPERM), "a seccomp filter forbids it",
			"a process without that filter: /proc/self/status says Seccomp: 2, as in containers and services",
		},
		{
			"masked, docker", laptop().with(masked).with(files{"/.dockerenv": ""}), proc,
			"parts of /proc are covered: /proc/acpi /proc/kcore (mount /proc: operation not permitted)",
			"docker run --security-opt systempaths=unconfined …",
		},
		{
			"masked, podman", laptop().with(masked).with(files{"/run/.containerenv": ""}), proc,
			"parts of /proc are covered", "podman run --security-opt unmask=ALL …",
		},
		{"masked", laptop().with(masked), proc, "parts of /proc are covered", "sudo umount what is mounted below /proc"},
		{"half a proc", laptop(), proc, "parts of this /proc are hidden", "sudo umount what is mounted below /proc"},
		{
			"nobody", laptop().with(files{"/proc/self/uid_map": ""}), made(syscall.EPERM),
			"this UID is not mapped", "unshare with --map-root-user, or the like",
		},
		{
			"chroot", laptop().with(files{"/proc/self/mountinfo": "22 27 0:21 / /proc rw - proc proc rw\n"}), made(syscall.EPERM),
			"the kernel forbids user namespaces in a chroot", remedyChroot,
		},
		{
			"SELinux", laptop().with(files{"/sys/fs/selinux/enforce": "1"}), made(syscall.EACCES),
			"SELinux is enforcing", "sudo ausearch -m avc -ts recent",
		},
		{"none of these", laptop(), made(syscall.EPERM), "no sysctl or seccomp filter forbids it", remedyChroot},
		{
			"kernel without", laptop().with(files{"/proc/self/ns/user": "-"}), made(syscall.EINVAL),
			"this kernel has no user namespaces", "a kernel with CONFIG_USER_NS",
		},
		{
			"no proc", laptop().with(files{"/proc/self/ns/net": "-", "/proc/self/ns/user": "-"}), made(syscall.ENOENT),
			"/proc is not mounted", "sudo mount -t proc proc /proc",
		},
		{
			"no run", laptop(), &sandbox.StartError{Step: "mount /run", Err: syscall.ENOENT}, "mount /run: no such file or directory",
			"make the missing folder: a sandbox mounts its own /run and /proc",
		},
		{
			"one limit", laptop(), made(&netns.LimitError{Type: "PID", Sysctl: "user.max_pid_namespaces", Value: 9}),
			"user.max_pid_namespaces is reached, which is 9 here (make namespaces: no space left on device)",
			"take labs down, or end processes that hold namespaces, or raise it as root, here and in the user namespaces above: sysctl -w user.max_pid_namespaces=15000",
		},
		{
			"a limit outside", laptop(), made(&netns.LimitError{Type: "PID", Sysctl: "user.max_pid_namespaces", Value: -1}),
			"the limit user.max_pid_namespaces of a user namespace above this one is reached",
			"take labs down, or end processes that hold namespaces, or raise it outside, as root: sysctl -w user.max_pid_namespaces=15000",
		},
		{
			"inotify instances", laptop().with(files{sysctlPath("fs.inotify.max_user_instances"): "128"}), &sandbox.StartError{Step: sandbox.StepWatch, Err: syscall.EMFILE},
			"fs.inotify.max_user_instances of this user is reached, which is 128 (watch the holder file by inotify: too many open files)",
			"take labs down, or end programs that watch files, or raise it: sudo sysctl -w fs.inotify.max_user_instances=1024",
		},
		{
			"inotify watches", laptop().with(files{sysctlPath("fs.inotify.max_user_watches"): "8192"}), &sandbox.StartError{Step: sandbox.StepWatch, Err: syscall.ENOSPC},
			"fs.inotify.max_user_watches of this user is reached, which is 8192 (watch the holder file by inotify: no space left on device)",
			"take labs down, or end programs that watch files, or raise it: sudo sysctl -w fs.inotify.max_user_watches=16384",
		},
		{
			"processes", laptop().with(files{"/proc/self/limits": "Max processes             30                   60                   processes\n"}), made(syscall.EAGAIN),
			"the limit of processes may be reached, of the user or of a cgroup (make namespaces: resource temporarily unavailable)",
			"end processes of this user, take labs down, or raise pids.max of the cgroup, or the user's limit, which is 30 here: ulimit -u 60, by root or below the hard limit",
		},
		{
			"memory", laptop(), made(syscall.ENOMEM), "there is no memory left, on the machine or in a cgroup (make namespaces: cannot allocate memory)",
			"end programs, or raise the cgroup's memory.max",
		},
		{"anything else", laptop(), made(syscall.EIO), "make namespaces: input/output error", ""},
		{"anything else, refused", laptop(), slave, "mount --make-rslave /: permission denied", "sudo vethlab …"},
	} {
		err := test.files.machine(t).explainRootless(test.err)
		said(t, test.name, err, test.reason, test.hint)
		errno := syscall.Errno(0)
		if errors.As(test.err, &errno) && !errors.Is(err, errno) {
			t.Errorf("%s: %v is no longer %v", test.name, err, errno)
		}
	}
}

func TestTooOld(t *testing.T) {
	said(t, "buster", laptop().with(files{"/proc/sys/kernel/osrelease": "4.19.0-27-amd64"}).machine(t).tooOld(),
		"a sandbox could not be entered", "Linux 5.8 or later: this is 4.19.0-27-amd64")
	if err := laptop().machine(t).tooOld(); err != nil {
		t.Error(err)
	}
}

// What root can do, others may not be able to.
func TestWarnRootless(t *testing.T) {
	said(t, "Debian", laptop().asRoot().with(files{sysctlUserns: "0"}).machine(t).warnRootless(),
		"for root only: kernel.unprivileged_userns_clone is 0", "sysctl -w kernel.unprivileged_userns_clone=1")
	said(t, "Ubuntu", laptop().asRoot().with(files{sysctlAppArmor: "1"}).machine(t).warnRootless(),
		"for root only: kernel.apparmor_restrict_unprivileged_userns is 1", remedyAppArmor)
	if err := laptop().with(files{sysctlUserns: "0"}).machine(t).warnRootless(); err != nil {
		t.Errorf("who has tried it knows: %v", err)
	}
	if err := laptop().asRoot().machine(t).warnRootless(); err != nil {
		t.Errorf("nothing restricts others: %v", err)
	}
}

// The advice that depends on more than a module.
func TestFixes(t *testing.T) {
	enoent := &os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
	docker := files{"/.dockerenv": ""}
	for _, test := range []struct {
		name    string
		feature *Feature
		files   files
		reason  error
		want    string
	}{
		{"mode of tun", Tun, laptop().with(files{"/dev/net/tun": ""}), syscall.EACCES, "sudo chmod 0666 /dev/net/tun"},
		{"tun in docker", Tun, laptop().with(docker), enoent, "docker run --device /dev/net/tun …"},
		{"tun in docker, refused", Tun, laptop().with(docker).with(files{"/dev/net/tun": ""}), syscall.EPERM, "docker run --device /dev/net/tun …"},
		{"tun on a laptop", Tun, laptop().with(files{"/lib/modules/6.1.0-56-amd64/modules.dep": "kernel/drivers/net/tun.ko:"}), enoent, "sudo modprobe tun"},
		{"read-only sysctls", Sysctls, laptop().asRoot(), syscall.EROFS, "mount -o remount,rw /proc/sys"},
		{"read-only sysctls in docker", Sysctls, laptop().asRoot().with(docker), syscall.EROFS, "docker run --privileged …"},
		{"no sysctls", Sysctls, laptop(), enoent, "sudo mount -t proc proc /proc"},
		{"no /sys", Sysfs, laptop().asRoot(), enoent, "mkdir /sys"},
		{"masked /sys", Sysfs, laptop().with(docker), syscall.EPERM, "docker run --security-opt systempaths=unconfined …"},
		{
			"chroot", Sysfs, laptop().with(files{"/proc/self/mountinfo": "22 27 0:21 / /proc rw - proc proc rw\n"}), syscall.EINVAL,
			"make / a mount point: mount --bind DIR DIR before chroot DIR",
		},
		{"no IPv6", IPv6, laptop(), syscall.EOPNOTSUPP, "write `addressing: {ipv6: none}` in the file, or boot without ipv6.disable=1"},
		{"IPv6 off", IPv6, laptop(), syscall.EACCES, "write `addressing: {ipv6: none}` in the file"},
		{"eBPF by a user", BPF, laptop(), syscall.EPERM, "labs as root: eBPF programs can't be loaded in a user namespace"},
		{"eBPF in root's sandbox", BPF, laptop().asRoot(), newAnswer(syscall.EPERM).reason(), "labs as root: eBPF programs can't be loaded in a user namespace"},
		{"eBPF in docker", BPF, laptop().asRoot().with(docker), syscall.EPERM, "docker run --privileged …"},
		{"tcx, too old", TCX, laptop().asRoot(), syscall.EINVAL, "Linux 6.6 or later: this is 6.1.0-56-amd64"},
		{
			"no eBPF", BPF, laptop().asRoot().with(files{"/boot/config-6.1.0-56-amd64": "\nCONFIG_X=y\n"}), syscall.ENOSYS,
			"a kernel with CONFIG_BPF_SYSCALL: this one was built without it",
		},
		{"tracefs not mounted", Tracefs, laptop().asRoot(), enoent, "mount -t tracefs nodev /sys/kernel/tracing"},
		{"tracefs of root", Tracefs, laptop(), syscall.EACCES, "sudo vethlab …"},
		{"no veth", Veth, laptop().with(files{"/lib/modules/6.1.0-56-amd64/modules.dep": "kernel/drivers/net/veth.ko:"}), syscall.EOPNOTSUPP, "sudo modprobe veth"},
		{"qdisc", Netem, laptop(), syscall.ENOENT, "sudo modprobe sch_netem"},
		{"refused packet sockets", PacketSockets, laptop().asRoot().with(docker), fs.ErrPermission, "docker run --privileged …"},
		{"nothing known", Veth, laptop(), syscall.EIO, ""},
		{"untried", Veth, laptop(), errTime, ""},
	} {
		if got := test.feature.hint(test.files.machine(t), test.reason); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// The advice names an existing file, and quotes it.
func TestAppArmorProfile(t *testing.T) {
	const file = "packaging/apparmor/vethlab"
	text, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(remedyAppArmor, file) || !strings.Contains(string(text), "install -m 644 "+file) {
		t.Errorf("%s is not what the advice is about: %s", file, remedyAppArmor)
	}
}
