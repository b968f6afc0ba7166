//go:build linux

package sandbox_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// escapes are shell commands by which root of a sandbox may try to see what its /proc, /sys
// and /run cover. Afterwards the sandbox's root folder is $R. $T is an empty folder.
var escapes = map[string]string{
	"nothing":              "",
	"unmount":              "for d in proc sys run; do umount /$d; umount -f /$d; done",
	"unmount lazily":       "umount -l /proc; umount -l /sys; umount -l /run",
	"unmount recursively":  "umount -R /run; umount -R /sys; umount -lR /proc; umount -lR /",
	"mount above":          "mount -t proc proc /proc && umount /proc; mount -t tmpfs none /run && umount /run; umount /proc /sys /run",
	"move":                 "for d in proc sys run; do mkdir $T/$d; mount --move /$d $T/$d; done; mount --move $T/proc /; R=/",
	"move the root":        "mount --move / $T; R=$T",
	"bind":                 "mount --bind / $T; R=$T",
	"bind recursively":     "mount --rbind / $T; umount -l $T/proc $T/sys $T/run; R=$T",
	"bind and unmount":     "mount --rbind / $T; cd $T; umount -l $T; umount -l proc; R=.",
	"share":                "mount --make-rshared /; unshare -m --propagation unchanged umount -l /proc /sys /run",
	"private":              "mount --make-rprivate /; umount -l /proc /sys /run",
	"another namespace":    "exec unshare -m sh -c 'umount -l /proc; umount -l /sys; umount -l /run; '\"$LOOK\"",
	"another user":         "exec unshare -Urm sh -c 'umount -l /proc; umount -l /sys; umount -l /run; '\"$LOOK\"",
	"another process":      "exec unshare -mpf --mount-proc sh -c 'umount /proc; umount /proc; '\"$LOOK\"",
	"holder's namespace":   "exec nsenter -t 1 -m sh -c 'umount -l /proc /sys /run; '\"$LOOK\"",
	"holder's root":        "R=/proc/1/root",
	"holder's folder":      "R=/proc/1/cwd",
	"holder's descriptors": "for f in /proc/1/fd/* /proc/1/task/*/root /proc/1/task/*/cwd; do R=$f; [ -d $f/proc ] && eval \"$LOOK\"; done",
	"pivot":                "mkdir $T/n; mount --rbind / $T/n; pivot_root $T/n $T/n$T; umount -l $T; umount -l /proc /sys /run",
	"overlay":              "mount -t tmpfs none $T; mkdir $T/u $T/w $T/m; mount -t overlay -o lowerdir=/,upperdir=$T/u,workdir=$T/w none $T/m; R=$T/m",
	"beneath":              "mkdir $T/e; mount --beneath --bind $T/e /proc; mount --beneath -t tmpfs none /run; umount /proc; umount /run",
	"chroot":               "mount --rbind / $T; exec chroot $T sh -c 'umount -l /proc; umount -l /sys; umount -l /run; '\"$LOOK\"",
}

// look prints the devices of $R/proc, $R/sys and $R/run, of which each mount has its own.
const look = `for d in proc sys run; do stat -c "$d %d" "$R"/$d; done`

// No trick of root in a sandbox uncovers the machine's /proc, /sys or /run.
func TestMountsAreLocked(t *testing.T) {
	for _, program := range []string{"umount", "mount", "unshare", "nsenter", "pivot_root", "chroot", "stat"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	machine := map[string]string{}
	for _, dir := range []string{"proc", "sys", "run"} {
		var st unix.Stat_t
		if err := unix.Stat("/"+dir, &st); err != nil {
			t.Skip(err)
		}
		machine[dir] = fmt.Sprint(st.Dev)
	}
	holderFileDir(t)
	if out, _, err := run(t, start(t, "lab"), "sh", "stat -c %d /sys"); err != nil || out == machine["sys"] {
		t.Logf("this kernel allows a sandbox no sysfs: %v", err)
		delete(machine, "sys")
	}
	for name, escape := range escapes {
		t.Run(name, func(t *testing.T) {
			holderFileDir(t)
			box := start(t, "lab")
			t.Setenv("LOOK", look)
			t.Setenv("T", t.TempDir())
			t.Chdir("/run") // the program sees it as its working folder, too
			out, code, err := run(t, box, "sh", "R=..\n"+look+"\nR=/\n"+escape+"\n"+look)
			if err != nil {
				t.Errorf("code %d, %v: %s", code, err, out)
			}
			looks := 0
			for line := range strings.Lines(out) {
				if dir, device, _ := strings.Cut(strings.TrimSpace(line), " "); machine[dir] != "" {
					looks++
					if device == machine[dir] {
						t.Errorf("the machine's /%s can be seen: %s", dir, out)
					}
				}
			}
			if looks < 3 {
				t.Error("nothing is seen")
			}
		})
	}
}

// Mounts of its own, named namespaces and nested namespaces work in a sandbox.
func TestMountsInside(t *testing.T) {
	holderFileDir(t)
	box := start(t, "lab")
	for name, command := range map[string]string{
		"proc":                  "mount -t proc proc /proc && umount /proc",
		"sysfs":                 "unshare -mn mount -t sysfs sysfs /sys",
		"names":                 "ip netns add x && ip netns exec x ls /sys/class/net && ip netns del x",
		"nested":                "unshare -m -n -p -f --mount-proc sh -c 'mount -t sysfs none /sys'",
		"nested user namespace": "unshare -r -m -n -p -f --mount-proc sh -c 'mount -t sysfs none /sys'",
		"another size of /run":  "! mount -o remount,size=1G /run",
	} {
		if out, code, err := run(t, box, "sh", command); code != 0 || err != nil {
			t.Errorf("%s: code %d, %v: %s", name, code, err, out)
		}
	}
}

// sh runs a shell command and prints its output.
func sh(command string) {
	cmd := exec.Command("sh", "-c", command)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	if err := cmd.Run(); err != nil {
		os.Exit(max(1, cmd.ProcessState.ExitCode()))
	}
}
