package importer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// Programs that do not change the network: silent ones print nothing, printing ones do.
const (
	silent = ` sleep usleep clear tput stty reset mkdir rmdir rm touch ln cp mv chmod chown modprobe rmmod insmod kill pkill killall
		wait logger sync apt apt-get yum dnf apk pip pip3 make notify-send systemctl service mount umount arping `
	printing = ` date ls find du df uname lsmod pgrep free uptime lscpu nproc file stat less more column git hostname hostnamectl
		ss netstat lsof ps top watch jq tcpdump traceroute tracepath arp dig nslookup host getent dmesg journalctl
		sed diff cmp pidof modinfo lspci lsb_release dpkg rpm od hexdump md5sum sha256sum nl tac rev fold comm paste join `
)

func inList(list, name string) bool { return slices.Contains(strings.Fields(list), name) }

// Run implements [shell.World].
func (d *Draft) Run(c shell.Command) shell.Result {
	if !d.countCommand(c.At) {
		return shell.Result{}
	}
	name := path.Base(c.Words[0])
	if what, ok := known(c.Words); !ok && !inList(silent+printing, name) {
		d.commands++
		c.Words = marked(c.Words)
		d.note(c, fmt.Sprintf("the output of %q is unknown", what))
		return shell.Result{}
	}
	switch name {
	case "ip":
		return d.ip(c)
	case "nft":
		return d.nft(c)
	case "brctl", "bridge", "iptables", "ip6tables", "iptables-nft", "ip6tables-nft":
		return d.apply(c, append([]string{name}, c.Words[1:]...))
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
	case "pgrep", "pidof": // no process matches
		return shell.Result{Status: 1}
	case "tee":
		for _, file := range c.Words[1:] {
			if !strings.HasPrefix(file, "-") {
				d.Write(c, file, c.Stdin)
			}
		}
		return shell.Result{Out: c.Stdin}
	}
	if !inList(silent+printing, name) {
		d.commands++
		d.note(c, fmt.Sprintf("lab files do not support %s", name))
	}
	return unrelated(c)
}

// ethtool notes a command that changes a link; the others only show.
func (d *Draft) ethtool(c shell.Command) shell.Result {
	shows := []string{"-a", "-c", "-d", "-e", "-g", "-h", "-i", "-k", "-l", "-m", "-n", "-P", "-S", "-T", "-u", "-w", "-x", "-j", "-I"}
	if len(c.Words) > 1 && strings.HasPrefix(c.Words[1], "-") && !slices.Contains(shows, c.Words[1]) && !strings.HasPrefix(c.Words[1], "--show-") {
		d.commands++
		d.note(c, "lab files do not support the settings of ethtool")
		return shell.Result{}
	}
	return shell.Unknown(c)
}

// known returns the program whose output is in one of words, and false, if there is one.
func known(words []string) (string, bool) {
	for _, w := range words {
		if what, ok := shell.Known(w); !ok {
			return what, false
		}
	}
	return "", true
}

// marked returns words with each unknown value written as $(program).
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

// procSys is the folder of sysctls.
const procSys = "/proc/sys/"

// Write implements [shell.World]: writing below /proc/sys sets a sysctl, other files
// are ignored.
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

// containerExec follows docker exec NODE … if there is a node of that name.
// Containerlab names its containers clab-LAB-NODE.
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

// nsenter follows a command that nsenter runs in a named namespace.
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
	d.note(c, "unsupported form of nsenter (want --net=/run/netns/NAME)")
	return shell.Unknown(c)
}
