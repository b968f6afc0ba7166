package hostmap

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// podman finds the containers of Podman, of all users, by their monitor processes
// (conmon), whose arguments contain the container's ID and folder.
func podman(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		if c, bundle, ok := e.conmon(p); ok && !e.isCRIO(c.origin(), bundle) {
			c.Engine = "podman"
			e.podmanFiles(&c, bundle)
			all = append(all, c)
		}
	}
	return append(all, e.podmanByID()...)
}

// conmon returns the container that a process monitors, with the folder of its
// config.json. False: the process is not conmon.
func (e *evidence) conmon(p Process) (c Container, bundle string, ok bool) {
	id := option(p.Args, "-c", "--cid")
	if p.program() != "conmon" || !isID(id) {
		return Container{}, "", false
	}
	return Container{
		ID: id, Name: option(p.Args, "-n", "--name"), PID: e.child(p.PID),
		Why: []string{byProcess}, root: e.root(p), ClaimedBy: p.Untrusted,
	}, option(p.Args, "-b", "--bundle"), true
}

func isID(s string) bool { return len(s) == 64 && isHex(s) }

// ociConfig holds the used fields of a container's config.json (OCI runtime
// specification).
type ociConfig struct {
	Hostname    string
	Annotations map[string]string
	Linux       struct {
		Namespaces []struct{ Type, Path string }
	}
}

// netns returns the file of the network namespace, "" if it has none.
func (c ociConfig) netns() string {
	for _, ns := range c.Linux.Namespaces {
		if ns.Type == "network" {
			return ns.Path
		}
	}
	return ""
}

// podmanFiles sets the fields that Podman's files give.
func (e *evidence) podmanFiles(c *Container, bundle string) {
	var config ociConfig
	if by, ok := e.json(c.origin(), bundle+"/config.json", &config); ok {
		c.setClaim(by)
		c.netns = config.netns()
		c.Infra = c.Infra || config.Annotations["io.podman.annotations.infra.name"] == c.Name && c.Name != ""
		// A container that joins another's namespace has /proc/PID/ns/net of that
		// container's process.
		if pid := procNetns.FindStringSubmatch(c.netns); pid != nil {
			c.netns = ""
		}
	}
	s := e.stored(c.origin(), path.Join(bundle, "../.."), c.ID)
	if c.Image = s.image; s.image != "" {
		c.setClaim(s.by)
	}
}

var procNetns = regexp.MustCompile(`^/proc/([0-9]+)/ns/net$`)

// procRoot matches the root of a process, as evidence.root has it.
var procRoot = regexp.MustCompile(`^proc/[0-9]+/root`)

// A storedContainer is an entry of containers.json of containers/storage.
type storedContainer struct {
	name, image string
	by          string // see origin
}

// stored looks a container up in a folder overlay-containers.
func (e *evidence) stored(from origin, dir, id string) storedContainer {
	var list []struct {
		ID       string   `json:"id"`
		Names    []string `json:"names"`
		Metadata string   `json:"metadata"` // a string of JSON
	}
	for _, file := range []string{"containers.json", "volatile-containers.json"} {
		by, ok := e.json(from, dir+"/"+file, &list)
		if !ok {
			continue
		}
		for _, c := range list {
			if c.ID == id {
				s := storedContainer{image: between(c.Metadata, `"image-name":"`, `"`), by: by}
				if len(c.Names) > 0 {
					s.name = c.Names[0]
				}
				return s
			}
		}
	}
	return storedContainer{}
}

// between returns the part of a text between two others.
func between(text, before, after string) string {
	_, rest, ok := strings.Cut(text, before)
	if !ok {
		return ""
	}
	found, _, _ := strings.Cut(rest, after)
	return found
}

// podmanByID returns the containers found by cgroup, with the names in Podman's
// storage, for containers without a visible conmon.
func (e *evidence) podmanByID() []Container {
	var all []Container
	for _, c := range cgroups(e) {
		if c.Engine != "podman" {
			continue
		}
		i := slices.IndexFunc(e.processes, func(p Process) bool { return p.PID == c.PID })
		for _, at := range e.storages(e.processes[i]) {
			if s := e.stored(at.origin, at.dir+"/overlay-containers", c.ID); s.name != "" {
				c.Name, c.Image = s.name, s.image
				c.setClaim(s.by)
				c.Why = append(c.Why, "by Podman's files")
				break
			}
		}
		all = append(all, c)
	}
	return all
}

// storages returns the folders in which the containers of a process's user may be
// stored.
func (e *evidence) storages(p Process) []dataDir {
	dirs := []dataDir{{origin{}, "/var/lib/containers/storage"}}
	if home := e.home(p.UID); p.UID != 0 && home != "" {
		dirs = append(dirs, dataDir{origin{by: p.Untrusted}, home + "/.local/share/containers/storage"})
	}
	return dirs
}
