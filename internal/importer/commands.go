package importer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// quiet are programs that change nothing of a network and print nothing, talking
// those that do print: nothing of the lab is lost without them.
const (
	quiet = ` sleep usleep clear tput stty reset mkdir rmdir rm touch ln cp mv chmod chown modprobe rmmod insmod kill pkill killall
		wait logger sync apt apt-get yum dnf apk pip pip3 make notify-send systemctl service mount umount arping `
	talking = ` date ls find du df uname lsmod pgrep free uptime lscpu nproc file stat less more column git hostname hostnamectl
		ss netstat lsof ps top watch jq tcpdump traceroute tracepath arp dig nslookup host getent dmesg journalctl
		sed diff cmp pidof modinfo lspci lsb_release dpkg rpm od hexdump md5sum sha256sum nl tac rev fold comm paste join `
)

// among reports whether a name is one of a list.
func among(list, name string) bool { return slices.Contains(strings.Fields(list), name) }

// Run implements [shell.World].
func (d *Draft) Run(c shell.Command) shell.Result {
	name := path.Base(c.Words[0])
	if what, ok := known(c.Words); !ok && !among(quiet+talking, name) {
		d.commands++
		c.Words = marked(c.Words)
		d.note(c, fmt.Sprintf("what %q prints is not known", what))
		return shell.Result{}
	}
	switch name {
	case "ip":
		return d.ip(c)
	case "nft":
		return d.nft(c)
	case "brctl", "bridge", "iptables", "ip6tables", "iptables-nft", "ip6tables-nft":
		return d.play(c, append([]string{name}, c.Words[1:]...))
	case "sysctl":
		return d.sysctl(c)
	case "ifconfig", "route":
		return d.netTools(c)
	case "ping", "ping6":
		return d.ping(c)
	case "nsenter":
		return d.nsenter(c)
	case "docker", "podman", "kathara":
		if r, ok := d.containerExec(c); ok {
			return r
		}
	case "ethtool":
		return d.ethtool(c)
	case "uname":
		return uname(c)
	case "hostname":
		return hostname(c)
	case "pgrep", "pidof": // nothing of that name runs
		return shell.Result{Status: 1}
	case "tee":
		for _, file := range c.Words[1:] {
			if !strings.HasPrefix(file, "-") {
				d.Write(c, file, c.Stdin)
			}
		}
		return shell.Result{Out: c.Stdin}
	}
	if !among(quiet+talking, name) {
		d.commands++
		d.note(c, fmt.Sprintf("a lab file has no place for what %s does", name))
	}
	return succeeds(c)
}

// ethtool notes what changes a link; the rest only shows.
func (d *Draft) ethtool(c shell.Command) shell.Result {
	shows := []string{"-a", "-c", "-d", "-e", "-g", "-h", "-i", "-k", "-l", "-m", "-n", "-P", "-S", "-T", "-u", "-w", "-x", "-j", "-I"}
	if len(c.Words) > 1 && strings.HasPrefix(c.Words[1], "-") && !slices.Contains(shows, c.Words[1]) && !strings.HasPrefix(c.Words[1], "--show-") {
		d.commands++
		d.note(c, "a lab file has no place for what ethtool sets")
		return shell.Result{}
	}
	return shell.Unknown(c)
}

func known(words []string) (string, bool) {
	for _, w := range words {
		if what, ok := shell.Known(w); !ok {
			return what, false
		}
	}
	return "", true
}

// marked returns words in which what is not known is said so.
func marked(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w
		if what, ok := shell.Known(w); !ok {
			list[i] = "$(" + what + ")"
		}
	}
	return list
}

// procSys is where the kernel's settings are.
const procSys = "/proc/sys/"

// Write implements [shell.World]: a setting of the kernel is one, other files are
// none of ours.
func (d *Draft) Write(c shell.Command, file, content string) {
	key, ok := strings.CutPrefix(path.Clean("/"+file), procSys)
	if !ok {
		return
	}
	if !strings.Contains(key, ".") {
		key = strings.ReplaceAll(key, "/", ".")
	}
	c.Words = []string{"sysctl", "-w", key + "=" + strings.Join(strings.Fields(content), " ")}
	d.Run(c)
}

// Note implements [shell.World].
func (d *Draft) Note(at shell.Pos, what, why string) {
	d.commands++
	d.add(Note{At: at, Text: what, Why: why, Lost: true})
}

// Remark implements [shell.World].
func (d *Draft) Remark(at shell.Pos, what, why string) {
	d.add(Note{At: at, Text: what, Why: why})
}

// containerExec follows docker exec NODE …, where a node has that name. Those of
// containerlab are called clab-LAB-NODE.
func (d *Draft) containerExec(c shell.Command) (shell.Result, bool) {
	i := slices.Index(c.Words, "exec")
	if i < 0 {
		return shell.Result{}, false
	}
	rest := c.Words[i+1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		rest = rest[1:]
	}
	if len(rest) < 2 {
		return shell.Result{}, false
	}
	for name := rest[0]; name != ""; {
		if d.state.Namespace(name) != nil {
			return c.Exec(name, rest[1:]), true
		}
		_, name, _ = strings.Cut(name, "-")
	}
	return shell.Result{}, false
}

// nsenter follows a command that is run in a named namespace.
func (d *Draft) nsenter(c shell.Command) shell.Result {
	for i, w := range c.Words[1:] {
		file, ok := strings.CutPrefix(w, "--net=")
		if !ok {
			file, ok = strings.CutPrefix(w, "-n")
			file = strings.TrimPrefix(file, "=")
		}
		file = strings.Replace(file, "/var/run/", "/run/", 1)
		if name, named := strings.CutPrefix(file, "/run/netns/"); ok && named {
			rest := c.Words[i+2:]
			for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
				rest = rest[1:]
			}
			return c.Exec(name, rest)
		}
	}
	d.commands++
	d.note(c, "only nsenter --net=/run/netns/NAME is followed")
	return shell.Unknown(c)
}
