package hostmap

import (
	"strings"
)

// lxc finds the containers of LXC, Incus and LXD by their cgroups, whose names
// hold theirs. Which of the three it is tells the process that watches each.
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
// later) or /lxc/web, and what is above it; "" if it is none of LXC's.
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

// lxcEngine tells by the title of a container's watcher, "[lxc monitor] FOLDER
// NAME", who made it.
func (e *evidence) lxcEngine(name string) string {
	for _, p := range e.processes {
		title := strings.Join(p.Args, " ")
		if p.Stranger != "" || !strings.HasPrefix(title, "[lxc monitor]") || !strings.HasSuffix(title, " "+name) {
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
