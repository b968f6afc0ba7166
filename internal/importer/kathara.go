package importer

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// Kathara reads the lab.conf of a network scenario of Kathará or Netkit and the startup
// files of its devices. A collision domain with two devices becomes a link, any other
// a switch.
func Kathara(name string, f File) (*Result, error) {
	k := &kathara{Draft: newDraft(f.Name, f.Source), file: f.Name, nodes: map[string]*device{}}
	k.bare = true
	for i, line := range strings.Split(strings.TrimPrefix(string(f.Data), "\ufeff"), "\n") {
		k.line(shell.Pos{File: f.Name, Line: i + 1}, strings.TrimSpace(line))
	}
	for _, n := range k.order {
		k.makeNamespace(k.nodes[n].at, n)
	}
	k.domains()
	k.enableForwarding(shell.Pos{File: f.Name})
	k.sysctls()
	for _, n := range k.order {
		k.startup(n)
	}
	k.beside()
	return k.finish(cmp.Or(name, k.title, f.Lab))
}

type kathara struct {
	*Draft
	file  string
	title string // LAB_NAME
	nodes map[string]*device
	order []string // of devices
}

// A device is a machine of the scenario.
type device struct {
	at      shell.Pos
	plugs   map[int]plug // by number of interface
	sysctls []string
	execs   []shell.Script
}

// A plug is an interface in a collision domain.
type plug struct {
	domain, mac string
	at          shell.Pos
}

var (
	assignment = regexp.MustCompile(`^([A-Za-z0-9_.-]+)\[([A-Za-z0-9_]+)\]\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'#]*))\s*(?:#.*)?$`)
	metadata   = regexp.MustCompile(`^LAB_([A-Z]+)\s*=`)
)

// line reads pc1[0]="A", pc1[image]="…", LAB_NAME="…".
func (k *kathara) line(at shell.Pos, line string) {
	m := assignment.FindStringSubmatch(line)
	switch title, titled := strings.CutPrefix(line, "LAB_NAME="); {
	case titled:
		k.title = strings.Trim(title, `"'`)
	case line == "", strings.HasPrefix(line, "#"):
	case strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }):
		k.noteLost(at, "", shorten(line), "the line contains a control character")
	case metadata.MatchString(line):
		k.noteLost(at, "", shorten(line), "lab files describe a lab in comments")
	case m == nil:
		k.noteLost(at, "", shorten(line), "this line has another form than DEVICE[KEY]=VALUE")
	default:
		k.assign(at, m[1], m[2], strings.TrimSpace(m[3]+m[4]+m[5]))
	}
}

// assign reads DEVICE[KEY]=VALUE.
func (k *kathara) assign(at shell.Pos, name, key, value string) {
	d := k.nodes[name]
	if d == nil {
		d = &device{at: at, plugs: map[int]plug{}}
		k.nodes[name] = d
		k.order = append(k.order, name)
	}
	k.commands++
	number, err := strconv.Atoi(key)
	switch {
	case err == nil:
		if _, twice := d.plugs[number]; twice {
			k.noteLost(at, name, key+": "+shorten(value), "the interface is in a collision domain already")
			return
		}
		domain, mac, _ := strings.Cut(value, "/")
		d.plugs[number] = plug{domain, mac, at}
	case key == "sysctl":
		d.sysctls = append(d.sysctls, value)
	case key == "exec":
		d.execs = append(d.execs, shell.Script{File: k.file, Text: value, Where: name, Line: at.Line})
	case key == "bridged" && value == "false", key == "privileged" && value == "false": // as labs are
	case key == "bridged":
		k.noteLost(at, name, key, "lab files do not support a bridge to the network of containers")
	default:
		k.noteLost(at, name, key+": "+shorten(value), keyReason([]string{key}))
	}
}

// A member is a device in a collision domain.
type member struct {
	end
	mac string
	at  shell.Pos
}

// domains makes links and switches, in the order in which the file names collision domains.
func (k *kathara) domains() {
	members := map[string][]member{}
	var order []string
	for _, n := range k.order {
		d := k.nodes[n]
		for _, number := range sortedKeys(d.plugs) {
			p := d.plugs[number]
			if members[p.domain] == nil {
				order = append(order, p.domain)
			}
			members[p.domain] = append(members[p.domain], member{end{n, "eth" + strconv.Itoa(number)}, p.mac, p.at})
		}
	}
	for _, domain := range order {
		k.domain(domain, members[domain])
	}
}

func sortedKeys(m map[int]plug) []int {
	var keys []int
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (k *kathara) domain(name string, members []member) {
	if len(members) == 2 && members[0].node != members[1].node {
		k.makeVeth(members[0].at, members[0].end, members[1].end, "")
	} else {
		for k.state.Namespace(name) != nil { // the name of a device
			name += "-lan"
		}
		k.makeSwitch(members[0].at, name)
		for _, m := range members {
			k.makeVeth(m.at, m.end, end{name, k.freePort(name)}, "")
		}
	}
	for _, m := range members {
		if m.mac != "" {
			k.do(m.at, "ip", "-n", m.node, "link", "set", "dev", m.link, "address", m.mac)
		}
	}
}

func (k *kathara) sysctls() {
	for _, n := range k.order {
		for _, setting := range k.nodes[n].sysctls {
			k.setSysctl(k.nodes[n].at, n, setting)
		}
	}
}

// startup follows shared.startup, the startup file of a device, and its exec commands.
func (k *kathara) startup(node string) {
	for _, name := range []string{"shared", node} {
		file := path.Join(path.Dir(k.file), name+".startup")
		text, err := k.source(file)
		switch {
		case k.state.Namespace(node) == nil || node == state.Host: // not a device of the lab
		case err == nil:
			k.followScript(shell.Script{File: file, Text: text, Where: node})
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNoSource):
			k.noteLost(shell.Pos{}, node, name+".startup", err.Error())
		}
	}
	for _, s := range k.nodes[node].execs {
		k.followScript(s)
	}
}

// beside notes what lies beside lab.conf and is not followed: shutdown and test files, the
// folder of a device, which is copied into it, the order of starting, and the interfaces of
// the host in collision domains.
func (k *kathara) beside() {
	for _, name := range append([]string{"shared"}, k.order...) {
		node := name
		if name == "shared" {
			node = ""
		}
		for _, f := range []struct{ name, why string }{
			{name + ".shutdown", "labs run nothing when they are removed"},
			{name + ".test", "scripts that test a device are not imported"},
			{name, "files of a device are not imported, and what runs by them is not either"},
		} {
			if k.exists(f.name) {
				k.noteLost(shell.Pos{}, node, f.name+map[bool]string{true: "/"}[f.name == name], f.why)
			}
		}
	}
	if k.exists("lab.dep") {
		k.noteLost(shell.Pos{}, "", "lab.dep", "the nodes of a lab start together")
	}
	if k.exists("_test") {
		k.noteLost(shell.Pos{}, "", "_test/", "scripts that test a device are not imported")
	}
	k.external()
}

// external notes the lines of lab.ext, such as "A eth1.5": the interface of the host is in
// the collision domain.
func (k *kathara) external() {
	const why = "lab files do not support links of the host that the lab does not make"
	file := path.Join(path.Dir(k.file), "lab.ext")
	text, err := k.source(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoSource):
	case err != nil:
		k.noteLost(shell.Pos{}, "", "lab.ext", err.Error())
	}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			k.commands++
			k.noteLost(shell.Pos{File: file, Line: i + 1}, "", "lab.ext: "+shorten(line), why)
		}
	}
}

// exists reports whether there is a file or folder beside lab.conf.
func (k *kathara) exists(name string) bool {
	_, err := k.source(path.Join(path.Dir(k.file), name))
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errNoSource)
}
