package hostmap

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// evidence is the processes and files that containers are found by.
type evidence struct {
	files     files     // of the machine, from its root
	processes []Process // by PID

	children map[int]int       // the first one, by parent, see evidence.child
	makers   map[string]string // of cgroups, by path, see evidence.cgroupMaker
}

// files is how the files of engines are read: see package guarded for what is
// opened and how much of it. A writer is who else than root and the viewer could
// have written what was read; "": nobody. Who is whose word the path is on, as
// [origin.by] has it.
type files interface {
	read(path, who string) (data []byte, writer string)
	list(path, who string) (names []string, writer string)
	link(path string) (target string)
	writer(path string) (writer string, ok bool)

	// socket returns a path to connect to a socket by until done is called.
	socket(path string) (file, writer string, done func(), ok bool)
}

// An origin is whose files they are: below which root a path is seen, and on whose
// word.
type origin struct {
	root string // "" or one of /proc, see evidence.root
	by   string // who says so: "" for root and the viewer, else as [Container.ClaimedBy]
}

// origin returns that of what a process says.
func (e *evidence) origin(p Process) origin { return origin{e.root(p), p.Stranger} }

// origin returns that of what is known of a container so far.
func (c *Container) origin() origin { return origin{c.root, c.ClaimedBy} }

// An engine returns its running containers. A container may be returned more than once,
// by several engines or from several sources.
type engine func(*evidence) []Container

// engines returns all engines, the most precise first.
func engines() []engine {
	return []engine{
		docker, podman, crio, containerd, nerdctl, lxc, machined, cgroups, mininet, cni,
	}
}

// maxContainers bounds the number of containers listed, and maxClaims how many of
// them only by what strangers say.
const (
	maxContainers = 1 << 16
	maxClaims     = 1 << 10
)

// containers asks all engines and puts together what they say of one container:
// first what is believed, then what strangers claim.
func (e *evidence) containers() []Container {
	var all, claims []Container
	for _, find := range engines() {
		for _, c := range find(e) {
			c.clean()
			if c.ID == "" {
				continue
			}
			if c.ClaimedBy == "" {
				all = join(all, c, maxContainers)
			} else {
				claims = join(claims, c, maxClaims)
			}
		}
	}
	return append(all, claims...)
}

// join adds a container to a list, or merges it with its entry there.
func join(list []Container, c Container, most int) []Container {
	i := slices.IndexFunc(list, func(have Container) bool { return have.same(c) })
	switch {
	case i >= 0:
		list[i].merge(c)
	case len(list) < most:
		return append(list, c)
	}
	return list
}

// same reports whether two are one container. By some of the evidence it can't
// be told which engine it is of, but IDs of 64 digits are nobody else's. What a
// stranger says is never a part of what is believed.
func (c Container) same(o Container) bool {
	return c.ID == o.ID && c.ClaimedBy == o.ClaimedBy && (c.Engine == o.Engine || len(c.ID) == 64)
}

// root returns the folder in which the files of a process are, as that process
// sees them: "" or one of /proc.
func (e *evidence) root(p Process) string {
	if p.Mount == 0 {
		return ""
	}
	return path.Join("proc", itoa(p.PID), "root")
}

// clean makes of an absolute path, seen below a root, one for [fs.FS]. The link
// /var/run is followed by hand: below another root it would lead out of it.
func clean(root, file string) string {
	file = strings.TrimPrefix(path.Clean("/"+file), "/")
	if rest, ok := strings.CutPrefix(file, "var/run/"); ok {
		file = "run/" + rest
	}
	if joined := path.Join(root, file); joined != "" {
		return joined
	}
	return "."
}

// read returns what a file holds, nil if it can't be read, and on whose word.
func (e *evidence) read(from origin, file string) (text []byte, by string) {
	text, writer := e.files.read(clean(from.root, file), from.by)
	return text, cmp.Or(from.by, writer)
}

// json reads a file of JSON into v and reports whether it could, and on whose word.
func (e *evidence) json(from origin, file string, v any) (by string, ok bool) {
	text, by := e.read(from, file)
	return by, text != nil && json.Unmarshal(text, v) == nil
}

// list returns the names in a folder and the user who may have set them.
func (e *evidence) list(from origin, dir string) (names []string, by string) {
	names, writer := e.files.list(clean(from.root, dir), from.by)
	return names, cmp.Or(from.by, writer)
}

// home returns the home folder of a user, by /etc/passwd.
func (e *evidence) home(uid int) string {
	passwd, _ := e.read(origin{}, "/etc/passwd")
	for line := range strings.Lines(string(passwd)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) > 5 && f[2] == itoa(uid) {
			return f[5]
		}
	}
	return ""
}

// program returns the name of the program that a process runs.
func (p Process) program() string {
	if len(p.Args) == 0 {
		return p.Command
	}
	return path.Base(p.Args[0])
}

// option returns the value of the first of some options in arguments, which may
// be written as "-o value" or "-o=value".
func option(args []string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
			if value, ok := strings.CutPrefix(arg, name+"="); ok {
				return value
			}
		}
	}
	return ""
}

// child returns the first child of a process.
func (e *evidence) child(parent int) int {
	if e.children == nil {
		e.children = map[int]int{}
		for _, p := range slices.Backward(e.processes) {
			e.children[p.Parent] = p.PID
		}
	}
	return e.children[parent]
}
