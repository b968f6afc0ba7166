package hostmap

import (
	"strconv"
	"strings"
)

// machined finds the containers registered with systemd-machined, which has a file with
// KEY=VALUE lines for each, and by their cgroups those of systemd-nspawn that are not
// registered.
func machined(e *evidence) []Container {
	const dir = "/run/systemd/machines"
	var all []Container
	names, _ := e.list(origin{}, dir)
	for _, name := range names {
		text, by := e.read(origin{}, dir+"/"+name)
		keys := keyValues(string(text))
		if strings.HasPrefix(name, "unit:") || keys["CLASS"] != "container" {
			continue
		}
		service := keys["SERVICE"]
		if service == "" {
			service = "machined"
		}
		pid, _ := strconv.Atoi(keys["LEADER"])
		all = append(all, Container{Engine: service, ID: name, Name: name, PID: pid, Why: []string{"by systemd-machined's files"}, ClaimedBy: by})
	}
	return append(all, nspawn(e)...)
}

// nspawn finds containers of units such as systemd-nspawn@web.service. The payload runs
// in a cgroup below the unit's.
func nspawn(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		for _, path := range p.Cgroup {
			above, rest, ok := strings.Cut(path, "/systemd-nspawn@")
			name, below, found := strings.Cut(rest, ".service/payload")
			if !ok || !found || below != "" && below[0] != '/' {
				continue
			}
			name = unescapeUnit(name)
			c := bareContainer("systemd-nspawn", name, p.PID, e.cgroupMaker(above))
			c.Name = name
			all = append(all, c)
		}
	}
	return all
}

func keyValues(text string) map[string]string {
	keys := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			keys[key] = value
		}
	}
	return keys
}
