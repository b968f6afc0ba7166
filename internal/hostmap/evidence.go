package hostmap

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// evidence is what engines find their containers by.
type evidence struct {
	files     fs.FS     // the machine's, from its root
	processes []Process // by PID
}

// An engine finds its running containers. It may name a container again that
// another has found, or that it has found itself by other means.
type engine func(*evidence) []Container

// engines are all that are known, those first that know a container best.
func engines() []engine {
	return []engine{
		docker, podman, crio, containerd, nerdctl, lxc, machined, cgroups, mininet, cni,
	}
}

// containers asks all engines and puts together what they say of one container.
func (e *evidence) containers() []Container {
	var all []Container
	for _, find := range engines() {
		for _, c := range find(e) {
			i := slices.IndexFunc(all, func(have Container) bool { return have.same(c) })
			if i < 0 {
				all = append(all, c)
				continue
			}
			all[i].merge(c)
		}
	}
	return all
}

// same reports whether two are one container. By some of the evidence it can't
// be told which engine it is of, but IDs of 64 digits are nobody else's.
func (c Container) same(o Container) bool {
	return c.ID == o.ID && (c.Engine == o.Engine || len(c.ID) == 64)
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

// read returns what a file holds; nil if it can't be read.
func (e *evidence) read(root, file string) []byte {
	text, err := fs.ReadFile(e.files, clean(root, file))
	if err != nil {
		return nil
	}
	return text
}

// json reads a file of JSON into v and reports whether it could.
func (e *evidence) json(root, file string, v any) bool {
	text := e.read(root, file)
	return text != nil && json.Unmarshal(text, v) == nil
}

// list returns the names in a folder.
func (e *evidence) list(root, dir string) []string {
	entries, err := fs.ReadDir(e.files, clean(root, dir))
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// home returns the home folder of a user, by /etc/passwd.
func (e *evidence) home(uid int) string {
	for line := range strings.Lines(string(e.read("", "/etc/passwd"))) {
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

// child returns the first process that another has started.
func (e *evidence) child(parent int) int {
	for _, p := range e.processes {
		if p.Parent == parent {
			return p.PID
		}
	}
	return 0
}
