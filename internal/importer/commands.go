package importer

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/shell"
)

// follower returns how a program is followed, nil if it is not.
func follower(name string) func(*Draft, shell.Command) shell.Result {
	switch name {
	case "ip":
		return (*Draft).ip
	case "bridge":
		return (*Draft).bridge
	case "tc":
		return (*Draft).tc
	case "ethtool":
		return (*Draft).ethtool
	case "sysctl":
		return (*Draft).sysctl
	case "nft":
		return (*Draft).nft
	case "iptables", "ip6tables", "iptables-nft", "ip6tables-nft":
		return (*Draft).packetFilter
	case "iptables-restore", "ip6tables-restore", "iptables-nft-restore", "ip6tables-nft-restore":
		return (*Draft).restoreRules
	case "ifconfig", "route":
		return (*Draft).netTools
	case "arp":
		return (*Draft).arp
	case "brctl":
		return (*Draft).brctl
	case "vconfig":
		return (*Draft).vconfig
	case "ping", "ping6":
		return (*Draft).ping
	case "nsenter":
		return (*Draft).nsenter
	case "unshare":
		return (*Draft).unshare
	}
	return otherFollower(name)
}

// otherFollower returns how a program is followed that has an effect on a network only with
// some of its arguments.
func otherFollower(name string) func(*Draft, shell.Command) shell.Result {
	switch name {
	case "cp", "mv", "rm", "ln", "install", "touch", "mkdir", "rmdir", "unlink", "truncate":
		return (*Draft).fileCommand
	case "tee":
		return (*Draft).tee
	case "dd":
		return (*Draft).dd
	case "sed":
		return (*Draft).sed
	case "ls":
		return (*Draft).ls
	case "find":
		return (*Draft).find
	case "mount", "umount":
		return (*Draft).mount
	case "modprobe":
		return (*Draft).modprobe
	case "docker", "podman", "kathara":
		return (*Draft).container
	case "systemctl", "service", "rc-service":
		return (*Draft).service
	case "watch":
		return (*Draft).watch
	case "uname":
		return func(_ *Draft, c shell.Command) shell.Result { return uname(c) }
	case "hostname":
		return func(_ *Draft, c shell.Command) shell.Result { return hostname(c) }
	case "pgrep", "pidof":
		return noProcess
	}
	return nil
}

// noProcess follows pgrep and pidof: no process matches.
func noProcess(*Draft, shell.Command) shell.Result { return shell.Result{Status: 1} }

// Run implements [shell.World].
func (d *Draft) Run(c shell.Command) shell.Result {
	if !d.countCommand(c.At) {
		return shell.Result{}
	}
	name := path.Base(c.Words[0])
	isIdle := isIdle(silentIdle, name) || isIdle(printingIdle, name)
	if what, ok := known(c.Words); !ok && !isIdle && !inList(withUnknownWords, name) {
		d.commands++
		c.Words = marked(c.Words)
		d.note(c, fmt.Sprintf("the output of %q is unknown", what))
		return shell.Result{}
	}
	switch follow := follower(name); {
	case strings.HasPrefix(c.Words[0], "/etc/init.d/"):
		return d.service(c)
	case follow != nil:
		return follow(d, c)
	case isIdle:
		return unrelated(c)
	}
	if text, err := d.readText(c.Where, c.Path(c.Words[0])); err == nil && strings.Contains(c.Words[0], "/") {
		return d.program(c, text)
	}
	d.commands++
	d.note(c, fmt.Sprintf("lab files do not support %s", name))
	return unrelated(c)
}

// withUnknownWords are programs whose followers look at each word of their own.
const withUnknownWords = ` tee cp mv rm ln install touch mkdir rmdir unlink truncate mount umount sed ls find dd modprobe pgrep pidof systemctl service uname hostname `

// program follows a program that is a shell script beside the script, or that it has made.
func (d *Draft) program(c shell.Command, text string) shell.Result {
	if what, ok := shell.Known(text); !ok || isOtherProgram(text) {
		d.commands++
		d.note(c, cmp.Or(map[bool]string{false: fmt.Sprintf("the output of %q is unknown", what)}[ok], "not a shell script"))
		return unrelated(c)
	}
	return c.Exec(c.Where, append([]string{"sh"}, c.Words...))
}

// isOtherProgram reports whether a text is a program of another kind by its first line.
func isOtherProgram(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	return strings.HasPrefix(first, "\x7fELF") || strings.HasPrefix(first, "#!") && !strings.Contains(first, "sh")
}

// packetFilter follows iptables and ip6tables; commands that show something are unknown.
func (d *Draft) packetFilter(c shell.Command) shell.Result {
	if slices.ContainsFunc(c.Words, func(w string) bool {
		return inList(" -L -S -V --list --list-rules --version -C --check -nL -vL -nvL -vnL -Ln -Lnv -Lvn ", w)
	}) {
		return shell.Unknown(c)
	}
	words := append([]string{path.Base(c.Words[0])}, c.Words[1:]...)
	table, ok := deletesChains(words)
	if !ok {
		return d.apply(c, words)
	}
	family := nft.IP
	if strings.HasPrefix(words[0], "ip6") {
		family = nft.IP6
	}
	var last shell.Result
	for _, chain := range d.userChains(c.Where, family, table) {
		last = d.apply(c, []string{words[0], "-t", table, "-X", chain})
	}
	return last
}

// bridge follows bridge(8), of which lab files support what shows.
func (d *Draft) bridge(c shell.Command) shell.Result {
	_, rest := ipOptions(c.Words[1:])
	if len(rest) == 0 || len(rest) < 2 || isWord(rest[1], "show") || isWord(rest[1], "list") || inList(" lst ls get help tunnelshow ", rest[1]) || isWord(rest[0], "monitor") {
		if !slices.ContainsFunc(c.Words, func(w string) bool { return strings.HasPrefix(w, "-b") }) {
			return shell.Unknown(c)
		}
	}
	return d.apply(c, append([]string{"bridge"}, c.Words[1:]...))
}

func (d *Draft) brctl(c shell.Command) shell.Result {
	if len(c.Words) < 2 || strings.HasPrefix(c.Words[1], "show") {
		return shell.Unknown(c)
	}
	return d.apply(c, append([]string{"brctl"}, c.Words[1:]...))
}

// tc notes a command that changes something.
func (d *Draft) tc(c shell.Command) shell.Result {
	_, rest := ipOptions(c.Words[1:])
	batch := slices.ContainsFunc(c.Words, func(w string) bool { return strings.HasPrefix(w, "-b") && isWord(w, "-batch") })
	if !batch && (len(rest) < 2 || isWord(rest[1], "show") || isWord(rest[1], "list") || inList(" ls lst get help ", rest[1]) || isWord(rest[0], "monitor")) {
		return shell.Unknown(c)
	}
	d.commands++
	d.note(c, "lab files do not support tc")
	return shell.Result{}
}

// vconfig follows vconfig add LINK ID as the equivalent command of ip.
func (d *Draft) vconfig(c shell.Command) shell.Result {
	w := c.Words
	switch {
	case len(w) == 4 && w[1] == "add":
		return d.apply(c, []string{"ip", "link", "add", "link", w[2], "name", w[2] + "." + w[3], "type", "vlan", "id", w[3]})
	case len(w) == 3 && w[1] == "rem":
		return d.apply(c, []string{"ip", "link", "del", "dev", w[2]})
	}
	d.commands++
	d.note(c, "lab files do not support vconfig")
	return shell.Result{}
}

// find prints an unknown list. What it runs for each file is unknown, too.
func (d *Draft) find(c shell.Command) shell.Result {
	for i, w := range c.Words[:len(c.Words)-1] {
		if inList(" -exec -execdir -ok -okdir ", w) && !isIdle(slices.Concat(silentIdle, printingIdle), path.Base(c.Words[i+1])) {
			d.commands++
			d.note(c, "the files that find finds are unknown")
		}
	}
	return unrelated(c)
}

// watch follows a command once that watch repeats without an end.
func (d *Draft) watch(c shell.Command) shell.Result {
	rest := c.Words[1:]
	for len(rest) > 0 && len(rest[0]) > 1 && rest[0][0] == '-' {
		if rest = rest[1:]; inList(" -n --interval -q ", c.Words[len(c.Words)-len(rest)-1]) && len(rest) > 0 {
			rest = rest[1:]
		}
	}
	d.Remark(c.At, text(c), "watch does not end: its command is followed once")
	if len(rest) == 0 {
		return shell.Result{}
	}
	return shell.Result{Status: c.Exec(c.Where, []string{"sh", "-c", strings.Join(rest, " ")}).Status}
}

// container follows docker exec; commands that show something are unknown.
func (d *Draft) container(c shell.Command) shell.Result {
	if r, ok := d.containerExec(c); ok {
		return r
	}
	if len(c.Words) > 1 && inList(" inspect ps images logs version info pull search stats top port --version ", c.Words[1]) {
		return shell.Unknown(c)
	}
	d.commands++
	d.note(c, fmt.Sprintf("lab files do not support %s", path.Base(c.Words[0])))
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

// Note implements [shell.World].
func (d *Draft) Note(at shell.Pos, what, why string) {
	d.commands++
	d.add(Note{At: at, Text: what, Why: why, Lost: true})
}

// Remark implements [shell.World].
func (d *Draft) Remark(at shell.Pos, what, why string) {
	d.add(Note{At: at, Text: what, Why: why})
}

// Exiting implements [shell.World].
func (d *Draft) Exiting(at shell.Pos) {
	d.exit = &snapshot{len(d.applied), len(d.order), size(d.state), at}
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
