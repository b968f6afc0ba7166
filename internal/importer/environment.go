package importer

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// A script reads files and the output of programs as on a freshly installed Linux
// machine. What differs between such machines is unknown, see [shell.Unknown].

// uname follows uname(1): system and node name are known, release and architecture
// are not.
func uname(c shell.Command) shell.Result {
	var fields []string
	for _, option := range c.Words[1:] {
		switch option {
		case "-s", "--kernel-name":
			fields = append(fields, "Linux")
		case "-n", "--nodename":
			fields = append(fields, hostName)
		case "-o", "--operating-system":
			fields = append(fields, "GNU/Linux")
		default:
			return unknownLine(c)
		}
	}
	return shell.Result{Out: cmp.Or(strings.Join(fields, " "), "Linux") + "\n"}
}

// hostName is the host name of a machine on which none is configured.
const hostName = "localhost"

func hostname(c shell.Command) shell.Result {
	for _, option := range c.Words[1:] {
		if option != "-s" && option != "--short" {
			return unknownLine(c)
		}
	}
	return shell.Result{Out: hostName + "\n"}
}

func unknownLine(c shell.Command) shell.Result {
	r := shell.Unknown(c)
	r.Out += "\n"
	return r
}

// unknownStatus are programs whose exit status depends on what is unknown here.
const unknownStatus = ` ls find stat file diff cmp getent dig nslookup host modinfo lspci dpkg rpm jq git systemctl service ss netstat dmesg journalctl fuser lsof `

// unrelated returns the Result of a program that does not change the network.
func unrelated(c shell.Command) shell.Result {
	r := shell.Result{}
	if !isIdle(silentIdle, path.Base(c.Words[0])) {
		r = shell.Unknown(c)
	}
	if inList(unknownStatus, path.Base(c.Words[0])) {
		r.Guess = fmt.Sprintf("whether %q succeeds is unknown", strings.Join(marked(c.Words), " "))
	}
	return r
}

// osRelease are the variables that /etc/os-release sets; see os-release(5).
var osRelease = []string{
	"NAME", "ID", "ID_LIKE", "PRETTY_NAME", "VERSION", "VERSION_ID", "VERSION_CODENAME", "UBUNTU_CODENAME", "VARIANT", "VARIANT_ID",
	"BUILD_ID", "PLATFORM_ID", "CPE_NAME", "HOME_URL", "SUPPORT_URL", "BUG_REPORT_URL", "ANSI_COLOR", "LOGO",
}

func isOSRelease(file string) bool { return file == "/etc/os-release" || file == "/usr/lib/os-release" }

// Source implements [shell.World].
func (d *Draft) Source(file string) (string, error) {
	if isOSRelease(file) {
		var b strings.Builder
		for _, name := range osRelease {
			fmt.Fprintf(&b, "%s='%s'\n", name, shell.UnknownValue("$"+name+" of "+file))
		}
		return b.String(), nil
	}
	return d.readText("", file)
}

// Exists implements [shell.World]. It is known for the kernel's files of namespaces and
// links, files that the script has made or that are beside it, the programs that every
// machine has, and folders that are empty on a freshly installed machine.
func (d *Draft) Exists(where, file string) (exists, known bool) {
	file = cleanFile(file)
	if f, ok := d.files[d.fileKey(where, file)]; ok {
		return !f.deleted, true
	}
	if d.isFolder(where, file) {
		return true, true
	}
	if name, ok := strings.CutPrefix(file, "/run/netns/"); ok {
		return d.state.Namespace(name) != nil, true
	}
	if rest, ok := strings.CutPrefix(file, sysNet); ok {
		return d.linkFileExists(where, rest)
	}
	if key, ok := strings.CutPrefix(file, procSys); ok {
		return d.sysctlExists(where, key)
	}
	if below(file, "/bin", "/usr/bin", "/sbin", "/usr/sbin") {
		name := path.Base(file)
		return true, inList(basics, name) || inList(followed, name)
	}
	if !path.IsAbs(file) {
		_, err := d.source(file)
		return err == nil, err == nil || errors.Is(err, errNoSource) || errors.Is(err, fs.ErrNotExist)
	}
	if file == "/run/netns" || isOSRelease(file) ||
		slices.Contains([]string{"/", "/etc", "/proc", "/sys", "/dev", "/tmp", "/run", "/var", "/var/run", "/dev/null", "/sys/class/net"}, file) {
		return true, true
	}
	return false, below(file, "/tmp", "/var/tmp", "/run", "/root", "/home", "/mnt", "/srv", "/etc/netns")
}

// sysctlExists reports whether a sysctl, or a folder of them, exists. Those of IPv4 and
// IPv6 do on every machine; others need modules, which a fresh machine has not loaded.
func (d *Draft) sysctlExists(where, file string) (exists, known bool) {
	parts := strings.Split(file, "/")
	if len(parts) > 3 && (parts[2] == "conf" || parts[2] == "neigh") && !slices.Contains([]string{"all", "default", state.Lo}, parts[3]) {
		return d.state.Link(state.Endpoint{Namespace: where, Link: parts[3]}) != nil, len(parts) == 4
	}
	if _, ok := d.sysctlValue(where, state.SysctlKey(file)); ok {
		return true, true
	}
	folders := []string{"net", "net/core", "net/ipv4", "net/ipv6", "net/ipv4/conf", "net/ipv6/conf", "net/ipv4/neigh", "net/ipv6/neigh", "net/unix", "kernel", "vm", "fs"}
	if slices.Contains(folders, file) || len(parts) == 4 && slices.Contains(folders, path.Dir(file)) {
		return true, true
	}
	return below("/"+file, "/net/ipv4", "/net/ipv6", "/net/core", "/kernel", "/vm", "/fs"), false
}

// Is implements [shell.World].
func (d *Draft) Is(where, file string, kind shell.FileKind) (is, known bool) {
	exists, known := d.Exists(where, file)
	if !exists {
		return false, known
	}
	f, made := d.files[d.fileKey(where, file)]
	folder := made && f.folder || d.isFolder(where, file)
	switch kind {
	case shell.Folder:
		return folder || !made && path.IsAbs(cleanFile(file)) && path.Ext(file) == "", made || folder || known
	case shell.RegularFile:
		return !folder, made || folder || known
	case shell.NonEmptyFile:
		return !made || folder || len(f.text) > 0, known
	case shell.Symlink:
		return strings.HasPrefix(cleanFile(file), sysNet), made || known
	}
	return true, known
}

func below(file string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(file, f+"/") })
}

// Read implements [shell.World]: sysctls are known, and the MTU and MAC of a link in
// /sys/class/net.
func (d *Draft) Read(where, file string) (text string, known bool) {
	file = cleanFile(file)
	if f, ok := d.files[d.fileKey(where, file)]; ok {
		return string(f.text), !f.deleted && !f.folder
	}
	switch {
	case !path.IsAbs(file):
		text, err := d.source(file)
		return text, err == nil
	case file == "/etc/hostname":
		return hostName + "\n", true
	case strings.HasPrefix(file, procSys):
		if value, ok := d.sysctlValue(where, state.SysctlKey(strings.TrimPrefix(file, procSys))); ok {
			return value + "\n", true
		}
	case strings.HasPrefix(file, sysNet):
		name, attribute, _ := strings.Cut(strings.TrimPrefix(file, sysNet), "/")
		l := d.state.Link(state.Endpoint{Namespace: where, Link: name})
		switch {
		case l == nil:
		case attribute == "mtu":
			return strconv.Itoa(l.MTU) + "\n", true
		case attribute == "address" && (name == state.Lo || !l.MAC.IsZero()):
			return l.MAC.String() + "\n", true
		}
	}
	return "", false
}

// zeroSysctls are those of net.*.conf.LINK that are 0 in a new namespace on every
// machine.
var zeroSysctls = []string{"disable_ipv6", "proxy_arp", "proxy_ndp", "accept_local", "arp_filter", "arp_ignore", "arp_announce", "route_localnet"}

// sysctlValue returns the value that the script has written, else the value in a new
// namespace. False: it depends on the machine.
func (d *Draft) sysctlValue(where, key string) (string, bool) {
	key, _ = state.CanonicalSysctl(key, "")
	if value, ok := d.written[sysctlKey{where, key}]; ok {
		return value, true
	}
	if value, ok := state.SysctlDefault(key); ok {
		return value, true
	}
	parts := strings.Split(key, ".")
	if len(parts) < 5 || parts[0] != "net" || parts[2] != "conf" {
		return "", false
	}
	switch name := parts[len(parts)-1]; {
	case slices.Contains(zeroSysctls, name):
		return "0", true
	case name == "forwarding" && parts[1] == "ipv4": // of a link
		return d.sysctlValue(where, state.ForwardIPv4)
	}
	return "", false
}

// showSysctls follows sysctl KEY… and sysctl -n KEY….
func (d *Draft) showSysctls(c shell.Command) shell.Result {
	var b strings.Builder
	values := false
	for _, w := range c.Words[1:] {
		switch {
		case w == "-n" || w == "--values":
			values = true
			continue
		case strings.HasPrefix(w, "-"):
			return unknownLine(c)
		}
		key := state.SysctlKey(w)
		value, ok := d.sysctlValue(c.Where, key)
		if !ok {
			value = shell.UnknownValue("sysctl " + key)
		}
		if !values {
			value = key + " = " + value
		}
		b.WriteString(value + "\n")
	}
	return shell.Result{Out: b.String()}
}

// rememberSysctl stores key=value for commands that read the sysctl later.
func (d *Draft) rememberSysctl(where, text string) {
	if key, value, ok := strings.Cut(text, "="); ok {
		key, value = state.CanonicalSysctl(state.SysctlKey(strings.TrimSpace(key)), value)
		d.written[sysctlKey{where, key}] = value
	}
}

// A sysctlKey is a sysctl in a namespace.
type sysctlKey struct{ namespace, key string }
