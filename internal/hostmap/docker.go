package hostmap

import (
	"cmp"
	"slices"
	"strings"
)

// dockerConfig holds the used fields of config.v2.json of a Docker container (moby,
// daemon/container).
type dockerConfig struct {
	ID    string
	Name  string // with a slash in front
	State struct {
		Running bool
		Pid     int
	}
	Config struct {
		Image  string
		Labels map[string]string
	}
	HostConfig struct { // in a file of its own, hostconfig.json
		NetworkMode string
	}
	NetworkSettings struct {
		SandboxKey string
		Networks   map[string]struct{ NetworkID string }
	}
}

// docker finds the containers of every running dockerd in its data folder, and those in
// the default data folder.
func docker(e *evidence) []Container {
	var all []Container
	for _, dir := range e.dockerDirs() {
		ids, by := e.list(dir.origin, dir.dir+"/containers")
		for _, id := range ids {
			from := dir.origin
			from.by = by
			if c, ok := e.dockerContainer(from, dir.dir+"/containers/"+id); ok {
				all = append(all, c)
			}
		}
	}
	return all
}

// A dataDir is the data folder of an engine, as its daemon sees it.
type dataDir struct {
	origin
	dir string
}

const dockerData = "/var/lib/docker"

// dockerDirs returns the data folders of Docker.
func (e *evidence) dockerDirs() []dataDir {
	dirs := []dataDir{{origin{}, dockerData}}
	for _, p := range e.processes {
		if p.program() != "dockerd" {
			continue
		}
		from := e.origin(p)
		dir := option(p.Args, "--data-root", "-g", "--graph")
		var settings struct {
			DataRoot string `json:"data-root"`
		}
		file := cmp.Or(option(p.Args, "--config-file"), "/etc/docker/daemon.json")
		if dir == "" {
			if by, ok := e.json(from, file, &settings); ok && settings.DataRoot != "" {
				dir, from.by = settings.DataRoot, by
			}
		}
		if dir == "" && p.UID != 0 {
			dir = e.home(p.UID) + "/.local/share/docker"
		}
		dirs = append(dirs, dataDir{from, cmp.Or(dir, dockerData)})
	}
	slices.SortFunc(dirs, func(a, b dataDir) int {
		return cmp.Or(strings.Compare(a.by, b.by), strings.Compare(a.root, b.root), strings.Compare(a.dir, b.dir))
	})
	dirs = slices.Compact(dirs)
	// With --userns-remap the data is in a subfolder UID.GID.
	for _, p := range slices.Clone(dirs) {
		names, by := e.list(p.origin, p.dir)
		for _, name := range names {
			if uid, gid, ok := strings.Cut(name, "."); ok && isDigits(uid) && isDigits(gid) {
				dirs = append(dirs, dataDir{origin{p.root, by}, p.dir + "/" + name})
			}
		}
	}
	return dirs
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (e *evidence) dockerContainer(from origin, dir string) (Container, bool) {
	var config dockerConfig
	by, ok := e.json(from, dir+"/config.v2.json", &config)
	if !ok || !config.State.Running {
		return Container{}, false
	}
	from.by = by
	hostBy, _ := e.json(from, dir+"/hostconfig.json", &config.HostConfig)
	c := config.container(from.root)
	c.ClaimedBy = cmp.Or(by, hostBy)
	return c, true
}

// container returns the container of a config, from a file or the API.
func (config dockerConfig) container(root string) Container {
	c := Container{
		Engine: "docker", ID: config.ID, Name: strings.TrimPrefix(config.Name, "/"),
		Image: config.Config.Image, PID: config.State.Pid, Why: []string{"by Docker's files"},
		netns: config.NetworkSettings.SandboxKey, root: root,
	}
	if id, ok := strings.CutPrefix(config.HostConfig.NetworkMode, "container:"); ok {
		c.shares = id
	}
	c.labels(config.Config.Labels)
	for name, n := range config.NetworkSettings.Networks {
		c.Networks = append(c.Networks, Network{Name: name, ID: n.NetworkID, Bridge: dockerBridge(name, n.NetworkID)})
	}
	slices.SortFunc(c.Networks, func(a, b Network) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// dockerBridge returns the default name of the bridge of a Docker network.
func dockerBridge(name, id string) string {
	switch {
	case name == "bridge":
		return "docker0"
	case name == "host", name == "none", len(id) < 12:
		return ""
	}
	return "br-" + shortID(id)
}

// labels sets the fields that labels of Compose and containerlab give.
func (c *Container) labels(labels map[string]string) {
	c.Project = labels["com.docker.compose.project"]
	c.Service = labels["com.docker.compose.service"]
	c.Lab = labels["containerlab"]
	c.Node = labels["clab-node-name"]
}
