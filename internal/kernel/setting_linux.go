package kernel

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// ChangedSysctls returns the sysctls below net. that differ in a namespace from those
// of a new one, which is made to compare; those of a link from those that the
// namespace gives to a new link.
func ChangedSysctls(namespace string) ([]dump.Setting, error) {
	var now, fresh map[string]string
	if err := netns.Do(namespace, func() error { now = readSettings(); return nil }); err != nil {
		return nil, err
	}
	if err := netns.InTemp(func() error { fresh = readSettings(); return nil }); err != nil {
		return nil, err
	}
	var list []dump.Setting
	for _, key := range slices.Sorted(maps.Keys(now)) {
		byDefault, ok := fresh[key]
		if !ok {
			byDefault, ok = ofNewLink(key, now, fresh)
		}
		if now[key] != byDefault && (ok || namespace != state.Host) && !follows(key, now) {
			list = append(list, dump.Setting{Key: key, Value: now[key], Default: byDefault})
		}
	}
	return list, nil
}

// ofNewLink returns what a link of the namespace begins with. Only the host
// namespace has a default for neighbours; others are like that of a new lo.
func ofNewLink(key string, now, fresh map[string]string) (string, bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || parts[2] != "conf" && parts[2] != "neigh" {
		return "", false
	}
	from := now
	if parts[3] = "default"; parts[2] == "neigh" {
		parts[3], from = state.Lo, fresh
	}
	byDefault, ok := from[strings.Join(parts, ".")]
	return byDefault, ok
}

// follows reports whether a setting has changed with another: ip_forward sets all that
// end in .forwarding.
func follows(key string, now map[string]string) bool {
	switch rest, ok := strings.CutSuffix(key, ".forwarding"); {
	case !ok:
		return false
	case rest == "net.ipv4.conf.all": // that is ip_forward
		return true
	case strings.HasPrefix(rest, "net.ipv4.conf."):
		return now[key] == now[state.ForwardIPv4]
	}
	return key != state.ForwardIPv6 && now[key] == now[state.ForwardIPv6]
}

// readSettings reads all that can be read below /proc/sys/net of the calling
// thread's namespace. The keys are dotted; a dot in a link's name is a slash.
func readSettings() map[string]string {
	const root = "/proc/sys/"
	settings := map[string]string{}
	_ = filepath.WalkDir(root+"net", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || notConfiguration(e.Name()) {
			return nil // also a folder that is deleted with its link
		}
		if text, ok := readShort(path); ok {
			settings[state.SysctlKey(path[len(root):])] = strings.Join(strings.Fields(text), " ")
		}
		return nil
	})
	return settings
}

// readShort reads a file of /proc with one read. There are a thousand of them, and
// [os.ReadFile] takes twice as many system calls.
func readShort(path string) (string, bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", false
	}
	defer unix.Close(fd)
	var b [4096]byte
	n, err := unix.Read(fd, b[:])
	return string(b[:max(0, n)]), err == nil
}

// notConfiguration reports whether a file has a counter or a random value instead of a
// setting, or repeats a setting of the link itself.
func notConfiguration(name string) bool {
	switch name {
	case "nf_conntrack_count", "tcp_fastopen_key", "stable_secret", "flush", "mtu", "addr_gen_mode":
		return true
	}
	return false
}
