package hostmap

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// parseCgroup returns the paths in /proc/PID/cgroup (cgroups(7)). First comes the path
// that systemd manages: that of version 2, or of the version 1 hierarchy named systemd.
func parseCgroup(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(f) < 3 || f[2] == "/" || slices.Contains(paths, f[2]):
		case f[1] == "" || f[1] == "name=systemd":
			paths = slices.Insert(paths, 0, f[2])
		default:
			paths = append(paths, f[2])
		}
	}
	return paths
}

// unit returns the systemd unit of a process, or "": the last step of a path that is
// a service, scope or socket.
func unit(cgroup []string) string {
	for _, path := range cgroup {
		steps := strings.Split(path, "/")
		for _, step := range slices.Backward(steps) {
			if strings.HasSuffix(step, ".service") || strings.HasSuffix(step, ".scope") || strings.HasSuffix(step, ".socket") {
				return unescapeUnit(step)
			}
		}
	}
	return ""
}

// unescapeUnit undoes the escapes in a unit's name, such as \x2d
// (systemd-escape(1)).
func unescapeUnit(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\x`)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if c, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8); err == nil && len(after) >= 2 {
			b.WriteByte(byte(c))
			s = after[2:]
			continue
		}
		b.WriteString(`\x`)
		s = after
	}
}

// cgroupRules match a step of a cgroup path to its engine and container ID.
func cgroupRules() []cgroupRule {
	const id = `([0-9a-f]{64})`
	return []cgroupRule{
		{"docker", regexp.MustCompile(`^docker-` + id + `\.scope$`)},
		{"cri-o", regexp.MustCompile(`^crio-` + id + `(?:\.scope)?$`)},
		{"podman", regexp.MustCompile(`^libpod-` + id + `(?:\.scope)?$`)},
		{"containerd", regexp.MustCompile(`^(?:[a-z0-9.]+-)?cri-containerd-` + id + `\.scope$`)},
		{"containerd", regexp.MustCompile(`^.*:cri-containerd:` + id + `$`)},
		{"containerd", regexp.MustCompile(`^nerdctl-` + id + `\.scope$`)},
	}
}

type cgroupRule struct {
	engine string
	step   *regexp.Regexp
}

// cgroupID returns the engine and ID of a process's container by its cgroup paths, and
// the path above the matching step.
func cgroupID(rules []cgroupRule, paths []string) (engine, id, above string) {
	for _, path := range paths {
		steps := strings.Split(strings.Trim(path, "/"), "/")
		for i, step := range steps {
			for _, r := range rules {
				if m := r.step.FindStringSubmatch(step); m != nil {
					return r.engine, m[1], strings.Join(steps[:i], "/")
				}
			}
			if len(step) == 64 && isHex(step) && i > 0 {
				return parentEngine(steps[:i]), step, strings.Join(steps[:i], "/")
			}
		}
	}
	return "", "", ""
}

// parentEngine returns the engine of a cgroup whose step is only an ID, by the steps
// above: cgroupfs's /docker/ID or /libpod_parent/ID, else containerd, whose steps are
// Kubernetes' pods or containerd namespaces.
func parentEngine(above []string) string {
	switch {
	case slices.Contains(above, "docker"):
		return "docker"
	case slices.ContainsFunc(above, func(s string) bool { return strings.HasPrefix(s, "libpod") }):
		return "podman"
	}
	return "containerd"
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// cgroups finds containers of all engines by the cgroups of processes. The first
// process in a cgroup counts as the container's first process.
func cgroups(e *evidence) []Container {
	rules := cgroupRules()
	listed := map[string]bool{}
	var all []Container
	for _, p := range e.processes {
		if len(p.Cgroup) == 0 {
			continue
		}
		engine, id, above := cgroupID(rules, p.Cgroup)
		// conmon, a container's monitor, may be in its cgroup.
		if id == "" || p.program() == "conmon" {
			continue
		}
		by := e.cgroupMaker(above)
		if key := id + by; !listed[key] {
			listed[key] = true
			all = append(all, bareContainer(engine, id, p.PID, by))
		}
	}
	return all
}

// userCgroup matches the cgroups that systemd delegates to a user.
var userCgroup = regexp.MustCompile(`(?:^|/)user-([0-9]+)\.slice(?:/|$)`)

// cgroupMaker returns the user who may have made and named a cgroup, if neither root
// nor the viewer: the owner of the folder above.
func (e *evidence) cgroupMaker(above string) string {
	if by, known := e.makers[above]; known {
		return by
	}
	if e.makers == nil {
		e.makers = map[string]string{}
	}
	e.makers[above] = e.findMaker(above)
	return e.makers[above]
}

func (e *evidence) findMaker(above string) string {
	// The mount points of version 2, of version 2 beside version 1, and of systemd's
	// hierarchy of version 1.
	for _, root := range []string{"sys/fs/cgroup", "sys/fs/cgroup/unified", "sys/fs/cgroup/systemd"} {
		if strings.Contains(above, "..") {
			break // outside of this program's cgroup namespace
		}
		if by, ok := e.files.writer(path.Join(root, above)); ok {
			return by
		}
	}
	if m := userCgroup.FindStringSubmatch(above); m != nil {
		uid, _ := strconv.Atoi(m[1])
		return untrusted(uid)
	}
	return ""
}
