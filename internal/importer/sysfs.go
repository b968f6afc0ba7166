package importer

import (
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// sysNet is the folder of the links of a namespace.
const sysNet = "/sys/class/net/"

// bridgeFiles are the options of ip link set type bridge by their files in sysfs, where
// the names differ. Both have the same units. See net/bridge/br_sysfs_br.c.
var bridgeFiles = map[string]string{
	"multicast_snooping": "mcast_snooping", "multicast_querier": "mcast_querier", "multicast_router": "mcast_router",
	"multicast_query_use_ifaddr": "mcast_query_use_ifaddr", "multicast_igmp_version": "mcast_igmp_version", "multicast_mld_version": "mcast_mld_version",
	"multicast_stats_enabled": "mcast_stats_enabled", "hash_max": "mcast_hash_max", "group_addr": "group_address",
}

// portFiles are the same for the ports of bridges, see net/bridge/br_sysfs_if.c.
var portFiles = map[string]string{
	"hairpin_mode": "hairpin", "bpdu_guard": "guard", "path_cost": "cost", "unicast_flood": "flood", "multicast_flood": "mcast_flood",
	"broadcast_flood": "bcast_flood", "multicast_router": "mcast_router", "multicast_fast_leave": "fastleave", "proxyarp": "proxy_arp",
	"multicast_to_unicast": "mcast_to_unicast", "proxyarp_wifi": "proxy_arp_wifi",
}

// linkFiles are the options of ip link set by their files.
var linkFiles = map[string]string{"mtu": "mtu", "ifalias": "alias", "tx_queue_len": "txqueuelen", "netdev_group": "group", "proto_down": "protodown"}

// idleFiles are files of a link that tune how fast the kernel works, or only trigger
// something.
const idleFiles = " queues gro_flush_timeout napi_defer_hard_irqs threaded uevent power statistics "

// writeSysfs follows a write to a file of a link, such as br0/bridge/stp_state, as the
// command of ip that sets the same.
func (d *Draft) writeSysfs(c shell.Command, file, content string) {
	parts := strings.Split(file, "/")
	value := strings.TrimSuffix(content, "\n")
	if len(parts) > 3 && parts[1] == "brif" { // of the bridge, to its port
		parts = []string{parts[2], "brport", parts[3]}
	}
	c.Words = []string{"ip", "link", "set", "dev", parts[0]}
	switch {
	case len(parts) > 1 && inList(idleFiles, parts[1]):
		return
	case len(parts) == 3 && parts[1] == "bridge" && parts[2] == "flush", len(parts) == 3 && parts[1] == "brport" && parts[2] == "flush":
		return // learned entries
	case len(parts) == 3 && parts[1] == "bridge":
		c.Words = append(c.Words, "type", "bridge", renamed(bridgeFiles, parts[2]), value)
	case len(parts) == 3 && parts[1] == "brport":
		c.Words = append(c.Words, "type", "bridge_slave", renamed(portFiles, parts[2]), value)
	case len(parts) == 2 && linkFiles[parts[1]] != "":
		c.Words = append(c.Words, linkFiles[parts[1]], value)
	default:
		d.commands++
		d.noteLost(c.At, c.Where, "> "+sysNet+file, unsupported)
		return
	}
	d.Run(c)
}

func renamed(names map[string]string, name string) string {
	if other := names[name]; other != "" {
		return other
	}
	return name
}

// linkFileExists reports whether a file of a link exists.
func (d *Draft) linkFileExists(where, file string) (exists, known bool) {
	link, rest, _ := strings.Cut(file, "/")
	l := d.state.Link(state.Endpoint{Namespace: where, Link: link})
	attribute, _, _ := strings.Cut(rest, "/")
	switch {
	case l == nil:
		return link == state.Lo && attribute != "bridge" && attribute != "brport", true
	case attribute == "bridge", attribute == "brif":
		return l.Kind.Traits().Forwards, true
	case attribute == "brport", attribute == "master":
		return l.Master != "", true
	case attribute == "device", attribute == "wireless", attribute == "phy80211", attribute == "bonding":
		return false, true
	}
	return true, true
}
