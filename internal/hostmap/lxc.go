package hostmap

import (
	"strings"
)

// lxc finds the containers of LXC, Incus and LXD by cgroups, whose paths contain their
// names. The title of the container's monitor process names the engine.
func lxc(e *evidence) []Container {
	var all []Container
	listed := map[string]bool{}
	for _, p := range e.processes {
		name, above := lxcName(p.Cgroup)
		if name == "" {
			continue
		}
		by := e.cgroupMaker(above)
		if listed[name+"/"+by] {
			continue
		}
		listed[name+"/"+by] = true
		c := bareContainer(e.lxcEngine(name), name, p.PID, by)
		c.Name = name
		all = append(all, c)
	}
	return all
}

// lxcName returns the name in a cgroup such as /lxc.payload.web (LXC 4 and
// later) or /lxc/web, and the path above it; "" if not LXC's.
func lxcName(cgroup []string) (name, above string) {
	for _, path := range cgroup {
		steps := strings.Split(strings.Trim(path, "/"), "/")
		for i, step := range steps {
			if name, ok := strings.CutPrefix(step, "lxc.payload."); ok {
				return name, strings.Join(steps[:i], "/")
			}
			if (step == "lxc" || step == "lxc.payload") && i+1 < len(steps) {
				return steps[i+1], strings.Join(steps[:i], "/")
			}
		}
	}
	return "", ""
}

// lxcEngine returns the engine of a container by the title of its monitor process,
// "[lxc monitor] FOLDER NAME".
func (e *evidence) lxcEngine(name string) string {
	for _, p := range e.processes {
		title := strings.Join(p.Args, " ")
		if p.Untrusted != "" || !strings.HasPrefix(title, "[lxc monitor]") || !strings.HasSuffix(title, " "+name) {
			continue
		}
		switch {
		case strings.Contains(title, "/incus"):
			return "incus"
		case strings.Contains(title, "/lxd"):
			return "lxd"
		}
	}
	return "lxc"
}
