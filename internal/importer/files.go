package importer

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// A madeFile is a file that a script has made or deleted. The files of the machine stay
// as they are.
type madeFile struct {
	text    []byte // to which a loop may append often
	folder  bool
	deleted bool
}

// A fileKey is a file as one node sees it: those of containers have their own, which is
// empty for a script.
type fileKey struct{ node, name string }

func (d *Draft) fileKey(where, file string) fileKey {
	if !d.bare {
		where = ""
	}
	return fileKey{where, cleanFile(file)}
}

// cleanFile returns a file by one of its names.
func cleanFile(file string) string {
	file = path.Clean(file)
	if rest, ok := strings.CutPrefix(file, "/var/run/"); ok {
		file = "/run/" + rest
	}
	if rest, ok := strings.CutPrefix(file, "/sys/devices/virtual/net/"); ok {
		file = sysNet + rest
	}
	return file
}

// readText returns the text of a file that a command reads: one that the script has made,
// or one beside it.
func (d *Draft) readText(where, file string) (string, error) {
	if f, ok := d.files[d.fileKey(where, file)]; ok {
		switch {
		case f.deleted:
			return "", errors.New("the script has deleted " + file)
		case f.folder:
			return "", errors.New(file + " is a folder")
		}
		return string(f.text), nil
	}
	return d.source(file)
}

// Write implements [shell.World]: it sets what the kernel's files stand for. Other files
// are kept for commands that read them.
func (d *Draft) Write(c shell.Command, file, content string, appends bool) {
	file = cleanFile(file)
	if what, ok := shell.Known(file); !ok {
		if !path.IsAbs(file) || below(file, "/proc", "/sys", "/etc", "/run") {
			d.commands++
			d.noteLost(c.At, c.Where, "$("+what+")", "cannot write a file whose name is unknown")
		}
		return
	}
	switch {
	case content == "" && below(file, "/proc", "/sys"): // opened, but not written
	case strings.HasPrefix(file, procSys):
		d.writeSysctl(c, strings.TrimPrefix(file, procSys), content)
	case strings.HasPrefix(file, sysNet):
		d.writeSysfs(c, strings.TrimPrefix(file, sysNet), content)
	case strings.HasPrefix(file, "/dev/"):
	case below(file, "/proc", "/sys"):
		d.writeKernel(c, file)
	default:
		d.noteNames(c, file)
		d.keepFile(c.Where, file, content, appends)
	}
}

// keepFile keeps the text of a file.
func (d *Draft) keepFile(where, file, content string, appends bool) {
	var text []byte
	if appends {
		text = d.oldText(where, file)
	}
	if text = append(text, content...); len(text) > maxMadeFile {
		text = []byte(shell.UnknownValue("cat " + file))
	}
	d.files[d.fileKey(where, file)] = madeFile{text: text}
}

// maxMadeFile bounds the bytes of a file that a script makes.
const maxMadeFile = 4 << 20

// oldText returns the text of a file before something is appended.
func (d *Draft) oldText(where, file string) []byte {
	if f, ok := d.files[d.fileKey(where, file)]; ok && !f.deleted && !f.folder {
		return f.text
	}
	text, err := d.readText(where, file)
	if err == nil {
		return []byte(text)
	}
	if exists, known := d.Exists(where, file); known && !exists {
		return nil
	}
	return []byte(shell.UnknownValue("cat " + file))
}

// writeSysctl sets the sysctl in a file below /proc/sys.
func (d *Draft) writeSysctl(c shell.Command, key, content string) {
	if !strings.Contains(key, ".") {
		key = strings.ReplaceAll(key, "/", ".")
	}
	c.Words = []string{"sysctl", "-w", key + "=" + strings.Join(strings.Fields(content), " ")}
	d.Run(c)
}

// withoutNetwork are files of the kernel that have nothing to do with a network: memory,
// modules, cgroups, tracing, processes.
var withoutNetwork = []string{
	"/sys/kernel", "/sys/module", "/sys/fs", "/sys/block", "/sys/power", "/sys/devices/system", "/sys/bus", "/sys/class/thermal", "/sys/class/leds",
	"/proc/self", "/proc/irq",
}

// writeKernel notes a write to another file of the kernel, such as /proc/net/pktgen/pgctrl.
func (d *Draft) writeKernel(c shell.Command, file string) {
	if !below(file, withoutNetwork...) {
		d.commands++
		d.noteLost(c.At, c.Where, "> "+file, unsupported)
	}
}

// noteNames notes a write to a file that resolves names in namespaces.
func (d *Draft) noteNames(c shell.Command, file string) {
	switch {
	case below(file, "/etc/netns"):
		d.commands++
		d.noteLost(c.At, strings.SplitN(file, "/", 5)[3], "> "+file, "the files of a namespace are not imported")
	case file == "/etc/hosts" || file == "/etc/resolv.conf":
		d.commands++
		d.noteLost(c.At, c.Where, "> "+file, "names are not imported: the nodes of a lab know one another by name")
	}
}

// fileCommand follows cp, mv, rm, ln and others that make and delete files.
func (d *Draft) fileCommand(c shell.Command) shell.Result {
	name := path.Base(c.Words[0])
	files := slices.DeleteFunc(slices.Clone(c.Words[1:]), func(w string) bool { return len(w) > 1 && w[0] == '-' })
	if d.noteNamespaceFiles(c, name, files) {
		return shell.Result{}
	}
	switch name {
	case "cp", "mv", "ln", "install":
		d.copyFiles(c, files, name == "mv")
	case "rm", "rmdir", "unlink":
		for _, f := range files {
			d.deleteFile(c.Where, f)
		}
	case "touch", "mkdir", "truncate":
		for _, f := range files {
			if exists, _ := d.Exists(c.Where, f); !exists {
				d.files[d.fileKey(c.Where, d.path(c, f))] = madeFile{folder: name == "mkdir"}
			}
		}
	}
	return shell.Result{}
}

// path returns a file relative to the folder that the script is started in.
func (d *Draft) path(c shell.Command, file string) string { return c.Path(file) }

// noteNamespaceFiles notes a command that makes or deletes the name of a namespace.
func (d *Draft) noteNamespaceFiles(c shell.Command, name string, files []string) bool {
	made := slices.Contains([]string{"cp", "mv", "ln", "install"}, name)
	for i, f := range files {
		namespace, ok := strings.CutPrefix(cleanFile(f), "/run/netns/")
		if !ok || name == "mkdir" || name == "touch" || made && i < len(files)-1 && name != "mv" {
			continue
		}
		if made || d.state.Namespace(namespace) != nil {
			d.commands++
			d.note(c, "unsupported way to name or delete a namespace (want ip netns add, ip netns delete)")
			return true
		}
	}
	return false
}

func (d *Draft) copyFiles(c shell.Command, files []string, move bool) {
	if len(files) < 2 {
		return
	}
	last := len(files) - 1
	to := d.path(c, files[last])
	toFolder := last > 1 || strings.HasSuffix(files[last], "/") || d.isFolder(c.Where, to)
	for _, from := range files[:last] {
		from = d.path(c, from)
		text, err := d.readText(c.Where, from)
		if err != nil {
			known := false
			if text, known = d.Read(c.Where, from); !known {
				text = shell.UnknownValue("cat " + from)
			}
		}
		target := to
		if toFolder {
			target = path.Join(to, path.Base(from))
		}
		d.Write(c, target, text, false)
		if move {
			d.deleteFile(c.Where, from)
		}
	}
}

func (d *Draft) isFolder(where, file string) bool {
	f, ok := d.files[d.fileKey(where, file)]
	return ok && f.folder || slices.Contains([]string{".", "/", "/tmp", "/var/tmp", "/etc", "/root", "/run"}, cleanFile(file))
}

// deleteFile deletes a file, or a folder with all that the script has made in it.
func (d *Draft) deleteFile(where, file string) {
	key := d.fileKey(where, file)
	d.files[key] = madeFile{deleted: true}
	for other := range d.files {
		if other.node == key.node && below(other.name, key.name) {
			d.files[other] = madeFile{deleted: true}
		}
	}
}

// dd follows dd if=… of=…. Without of it prints.
func (d *Draft) dd(c shell.Command) shell.Result {
	text, to := c.Stdin, ""
	for _, w := range c.Words[1:] {
		switch key, value, _ := strings.Cut(w, "="); key {
		case "if":
			known := false
			if text, known = d.Read(c.Where, c.Path(value)); !known {
				text = shell.UnknownValue("cat " + value)
			}
		case "of":
			to = value
		}
	}
	if to == "" {
		return shell.Result{Out: text}
	}
	d.Write(c, c.Path(to), text, false)
	return shell.Result{}
}

func (d *Draft) tee(c shell.Command) shell.Result {
	appends := slices.Contains(c.Words, "-a") || slices.Contains(c.Words, "--append")
	for _, file := range c.Words[1:] {
		if !strings.HasPrefix(file, "-") {
			d.Write(c, c.Path(file), c.Stdin, appends)
		}
	}
	return shell.Result{Out: c.Stdin}
}

// mount notes a mount that makes or deletes the name of a namespace; others have no
// effect on a network.
func (d *Draft) mount(c shell.Command) shell.Result {
	for _, w := range c.Words[1:] {
		if namespace, ok := strings.CutPrefix(cleanFile(w), "/run/netns/"); ok && namespace != "" {
			d.commands++
			d.note(c, "unsupported way to name or delete a namespace (want ip netns add, ip netns delete)")
			break
		}
	}
	return shell.Result{}
}

// sed prints an unknown text, and leaves unknown what it edits in place.
func (d *Draft) sed(c shell.Command) shell.Result {
	if !slices.ContainsFunc(c.Words, func(w string) bool { return strings.HasPrefix(w, "-i") || strings.HasPrefix(w, "--in-place") }) {
		return shell.Unknown(c)
	}
	for key, f := range d.files {
		if slices.ContainsFunc(c.Words, func(w string) bool { return key == d.fileKey(c.Where, c.Path(w)) }) && !f.folder && !f.deleted {
			d.files[key] = madeFile{text: []byte(shell.UnknownValue("cat " + key.name))}
		}
	}
	return shell.Result{}
}

// ls lists the links and namespaces in their folders; other lists are unknown.
func (d *Draft) ls(c shell.Command) shell.Result {
	folders := slices.DeleteFunc(slices.Clone(c.Words[1:]), func(w string) bool { return strings.HasPrefix(w, "-1") })
	if len(folders) == 1 {
		switch ns := d.state.Namespace(c.Where); cleanFile(folders[0]) {
		case "/run/netns":
			return d.listNamespaces()
		case path.Clean(sysNet):
			names := []string{state.Lo}
			if ns != nil {
				names = ns.LinkNames()
			}
			slices.Sort(names)
			return shell.Result{Out: strings.Join(slices.Compact(names), "\n") + "\n"}
		}
	}
	return unrelated(c)
}

// modprobe notes the links in the host namespace that a parameter of a module demands. The
// one that some modules make without it does not matter to a lab.
func (d *Draft) modprobe(c shell.Command) shell.Result {
	if slices.Contains(c.Words, "-r") {
		return shell.Result{}
	}
	for _, w := range c.Words[1:] {
		parameter, number, ok := strings.Cut(w, "=")
		if ok && number != "0" && slices.Contains([]string{"numdummies", "numifbs", "max_bonds"}, parameter) {
			d.commands++
			d.note(c, "the module makes links in the host namespace, which are not part of the lab")
		}
	}
	return shell.Result{}
}
