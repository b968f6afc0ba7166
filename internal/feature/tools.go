package feature

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// tools checks external programs. Labs need none.
func (m *machine) tools(ctx context.Context) []Check {
	c := Check{Name: "iproute2", Use: "to run the output of `vethlab script`"}
	path, err := findIP()
	if err != nil {
		c.State, c.Reason, c.Fix = Missing, err.Error(), m.install("iproute2")
		return []Check{c}
	}
	version := ipVersion(ctx, path)
	c.Found = fmt.Sprintf("%s, %s", path, version)
	if !strings.HasPrefix(version, "iproute2") {
		c.Reason = "this ip is not iproute2's: it may lack commands"
		c.limited(m.install("iproute2"))
	}
	return []Check{c}
}

// findIP looks for ip(8) in PATH and in sbin, which may not be in a user's PATH.
func findIP() (string, error) {
	path, err := exec.LookPath("ip")
	for _, other := range []string{"/usr/sbin/ip", "/sbin/ip"} {
		if err == nil {
			break
		}
		if p, e := exec.LookPath(other); e == nil {
			path, err = p, nil
		}
	}
	return path, err
}

// toolTime is the timeout for printing a version.
const toolTime = 2 * time.Second

// ipVersion returns the version that ip prints: "iproute2-6.1.0, libbpf 1.1.0".
func ipVersion(ctx context.Context, path string) string {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-V")
	cmd.WaitDelay = toolTime
	out, err := cmd.CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if version, ok := strings.CutPrefix(line, "ip utility, "); ok && err == nil {
		return version
	}
	return "of unknown version"
}

// install returns the command that installs a package.
func (m *machine) install(name string) string {
	switch {
	case m.like("debian", "ubuntu"):
		return m.sudo("apt install " + name)
	case m.like("fedora", "rhel", "centos"):
		return m.sudo("dnf install iproute")
	case m.like("alpine"):
		return m.sudo("apk add " + name)
	case m.like("arch"):
		return m.sudo("pacman -S " + name)
	case m.like("suse", "opensuse"):
		return m.sudo("zypper install " + name)
	}
	return "the package " + name
}
