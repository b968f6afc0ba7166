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
// of a new one, which is made to compare. Those of a link are in the list if they
// differ from what a link has in a new namespace or from what this namespace gives to
// a new link, or if they override a changed net.ipv4.conf.all.
func ChangedSysctls(namespace string) ([]dump.Setting, error) {
	var now, fresh map[string]string
	if err := netns.Do(namespace, func() error { now = readSettings(); return nil }); err != nil {
		return nil, err
	}
	if err := netns.InTemp(func() error { fresh = readSettings(); return nil }); err != nil {
		return nil, err
	}
	return changedSettings(now, fresh, namespace == state.Host), nil
}

// changedSettings compares the settings of a namespace with those of a new one. The
// host namespace has settings that others lack.
func changedSettings(now, fresh map[string]string, host bool) []dump.Setting {
	var list []dump.Setting
	for _, key := range slices.Sorted(maps.Keys(now)) {
		byDefault, ok := fresh[key]
		if !ok {
			byDefault, ok = ofNewLink(key, now, fresh)
			if original, known := ofNewLink(key, fresh, fresh); known && now[key] == byDefault {
				byDefault = original
			}
		}
		changed := now[key] != byDefault && (ok || !host)
		if (changed || overridesAll(key, now, fresh)) && !follows(key, now) {
			list = append(list, dump.Setting{Key: key, Value: now[key], Default: byDefault})
		}
	}
	return list
}

// ofNewLink returns what a link of the namespace begins with. Only the host
// namespace has a default for neighbours; others are like that of a new lo.
func ofNewLink(key string, now, fresh map[string]string) (string, bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || parts[2] != "conf" && parts[2] != "neigh" {
		return "", false
	}
	from := now
	if parts[3] = "default"; state.SysctlAtLo(key) {
		parts[3], from = state.Lo, fresh
	}
	byDefault, ok := from[strings.Join(parts, ".")]
	return byDefault, ok
}

// overridesAll reports whether a setting of a link makes a changed net.ipv4.conf.all
// ineffective on that link.
func overridesAll(key string, now, fresh map[string]string) bool {
	parts := strings.Split(key, ".")
	if !strings.HasPrefix(key, "net.ipv4.conf.") || len(parts) != 5 || parts[3] == "all" || parts[3] == "default" {
		return false
	}
	parts[3] = "all"
	all := strings.Join(parts, ".")
	forwarding := now["net.ipv4.conf."+strings.Split(key, ".")[3]+".forwarding"] == "1"
	return now[all] != fresh[all] && effective(parts[4], now[all], now[key], forwarding) != now[all]
}

// effective returns the value that counts on a link of which net.ipv4.conf.all and the
// link itself have these values (IN_DEV_ANDCONF, _ORCONF and _MAXCONF in
// linux/inetdevice.h). Of other settings only that of the link counts; it returns all.
func effective(name, all, link string, forwarding bool) string {
	switch name {
	case "accept_source_route", "bootp_relay", "bc_forwarding", "mc_forwarding":
		return min(all, link)
	case "accept_redirects":
		if forwarding {
			return min(all, link)
		}
		return max(all, link)
	case "rp_filter", "arp_accept", "arp_announce", "arp_ignore", "arp_notify",
		"accept_local", "arp_filter", "drop_gratuitous_arp", "drop_unicast_in_l2_multicast",
		"ignore_routes_with_linkdown", "log_martians", "promote_secondaries", "proxy_arp",
		"route_localnet", "secure_redirects", "send_redirects", "shared_media", "src_valid_mark":
		return max(all, link) // digits
	}
	return all
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
