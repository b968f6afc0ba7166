package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// A script can use a namespace without a name by a process in it:
//
//	unshare -n sleep 1000 & PID=$!
//	ip link set v1 netns $PID
//	nsenter -t $PID -n ip link set v1 up

// unshare follows unshare -n in a background process, whose namespace lasts. Another process
// ends with its command, and its namespace with it.
func (d *Draft) unshare(c shell.Command) shell.Result {
	rest := c.Words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		rest = rest[1:]
	}
	options := c.Words[1 : len(c.Words)-len(rest)]
	if c.Process == 0 || !slices.ContainsFunc(options, entersNetwork) {
		d.commands++
		d.note(c, "lab files do not support unshare")
		return unrelated(c)
	}
	name := fmt.Sprintf("process%d", c.Process)
	d.processes[strconv.Itoa(c.Process)] = name
	d.apply(shell.Command{At: c.At, Words: c.Words}, []string{"ip", "netns", "add", name})
	return c.Exec(name, rest)
}

// entersNetwork reports whether an option of unshare or nsenter is for the network namespace,
// such as -n, -rn or --net, without a file.
func entersNetwork(option string) bool {
	if strings.HasPrefix(option, "--") {
		return option == "--net"
	}
	return strings.HasPrefix(option, "-") && strings.Contains(option, "n") && !strings.Contains(option, "/")
}

// ofTarget returns the namespace of the process that nsenter's -t names, and the command. It
// reports false if there is no such process.
func (d *Draft) ofTarget(words []string) (name string, rest []string, ok bool) {
	network := false
	for len(words) > 0 && strings.HasPrefix(words[0], "-") && words[0] != "--" {
		option := words[0]
		words = words[1:]
		number, joined := strings.CutPrefix(option, "-t")
		if !joined {
			number, joined = strings.CutPrefix(option, "--target=")
		}
		switch {
		case (option == "-t" || option == "--target") && len(words) > 0:
			name, words = d.processes[words[0]], words[1:]
		case joined:
			name = d.processes[number]
		default:
			network = network || option == "-a" || option == "--all" || entersNetwork(option)
		}
	}
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	return name, words, network && name != ""
}

// byProcess returns the words of ip link with the name of the namespace instead of a process
// behind netns.
func (d *Draft) byProcess(words []string) []string {
	words = slices.Clone(words)
	for i := 1; i < len(words); i++ {
		if name := d.processes[words[i]]; name != "" && words[i-1] == "netns" {
			words[i] = name
		}
	}
	return words
}

// nsenter follows a command that nsenter runs in a named namespace.
func (d *Draft) nsenter(c shell.Command) shell.Result {
	if name, rest, ok := d.ofTarget(c.Words[1:]); ok {
		return c.Exec(name, rest)
	}
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
	d.note(c, "unsupported form of nsenter (want --net=/run/netns/NAME, or -n and -t with a process that the script starts with unshare -n)")
	return shell.Unknown(c)
}
