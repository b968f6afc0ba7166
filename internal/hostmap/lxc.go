package hostmap

import (
	"slices"
	"strings"
)

// lxc finds the containers of LXC, Incus and LXD by their cgroups, whose names
// hold theirs. Which of the three it is tells the process that watches each.
func lxc(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		name := lxcName(p.Cgroup)
		if name == "" || slices.ContainsFunc(all, func(c Container) bool { return c.ID == name }) {
			continue
		}
		c := bareContainer(e.lxcEngine(name), name, p.PID)
		c.Name = name
		all = append(all, c)
	}
	return all
}

// lxcName returns the name in a cgroup such as /lxc.payload.web (LXC 4 and
// later) or /lxc/web; "" if it is of no such.
func lxcName(cgroup []string) string {
	for _, path := range cgroup {
		steps := strings.Split(strings.Trim(path, "/"), "/")
		for i, step := range steps {
			if name, ok := strings.CutPrefix(step, "lxc.payload."); ok {
				return name
			}
			if (step == "lxc" || step == "lxc.payload") && i+1 < len(steps) {
				return steps[i+1]
			}
		}
	}
	return ""
}

// lxcEngine tells by the title of a container's watcher, "[lxc monitor] FOLDER
// NAME", who made it.
func (e *evidence) lxcEngine(name string) string {
	for _, p := range e.processes {
		title := strings.Join(p.Args, " ")
		if !strings.HasPrefix(title, "[lxc monitor]") || !strings.HasSuffix(title, " "+name) {
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
