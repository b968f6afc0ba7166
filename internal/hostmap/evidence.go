package hostmap

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// evidence holds the processes and files by which containers are found.
type evidence struct {
	files     files     // of the machine, from its root
	processes []Process // by PID

	children map[int]int       // the first one, by parent, see evidence.child
	makers   map[string]string // of cgroups, by path, see evidence.cgroupMaker
}

// files reads the files of engines; package guarded has the bounds. by is the user who
// named the path, as in [origin.by]. writer is the user, other than root and the
// viewer, who could have written the file; "": only they can.
type files interface {
	read(path, by string) (data []byte, writer string)
	list(path, by string) (names []string, writer string)
	link(path string) (target string)
	writer(path string) (writer string, ok bool)

	// socket returns a path to connect to a socket by until done is called.
	socket(path string) (file, writer string, done func(), ok bool)
}

// An origin is the source of a path: the root that the path is relative to, and the
// user who named it.
type origin struct {
	root string // "" or one of /proc, see evidence.root
	by   string // "" for root and the viewer, else as [Container.ClaimedBy]
}

// origin returns the origin of paths in a process's arguments.
func (e *evidence) origin(p Process) origin { return origin{e.root(p), p.Untrusted} }

// origin returns the origin of paths in a container's fields.
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

// maxContainers bounds the number of trusted containers, and maxClaims that of
// containers claimed by other users.
const (
	maxContainers = 1 << 16
	maxClaims     = 1 << 10
)

// containers merges the containers that all engines find: first the trusted ones, then
// those that other users claim.
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
	i := slices.IndexFunc(list, func(known Container) bool { return known.same(c) })
	switch {
	case i >= 0:
		list[i].merge(c)
	case len(list) < most:
		return append(list, c)
	}
	return list
}

// same reports whether c and o are the same container. Some sources do not name the
// engine, but IDs of 64 hexadecimal digits are unique over all engines. A claim is
// never merged into a trusted container.
func (c Container) same(o Container) bool {
	return c.ID == o.ID && c.ClaimedBy == o.ClaimedBy && (c.Engine == o.Engine || len(c.ID) == 64)
}

// root returns the root folder of a process: "" if it has this program's mount
// namespace, else proc/PID/root.
func (e *evidence) root(p Process) string {
	if p.Mount == 0 {
		return ""
	}
	return path.Join("proc", itoa(p.PID), "root")
}

// clean turns an absolute path below a root into a path for [fs.FS]. It replaces
// /var/run by /run: as an absolute link below another root it would lead out of that
// root.
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

// read returns the contents of a file, or nil, and the user who claims them, as
// [Container.ClaimedBy].
func (e *evidence) read(from origin, file string) (text []byte, by string) {
	text, writer := e.files.read(clean(from.root, file), from.by)
	return text, cmp.Or(from.by, writer)
}

// json decodes a JSON file into v and returns the user who claims its contents, as read
// does.
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

// program returns the name of a process's program, by its first argument.
func (p Process) program() string {
	if len(p.Args) == 0 {
		return p.Command
	}
	return path.Base(p.Args[0])
}

// option returns the value of the first argument that is one of the options, written
// "-o value" or "-o=value".
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
