package kernel

import (
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/state"
)

// blockingSysctls are settings of a namespace that can keep packets, or answers to them, from
// their way, or answer for somebody else, though links, addresses and routes are right.
var blockingSysctls = [...]string{
	"net.ipv4.icmp_echo_ignore_all", "net.ipv6.icmp.echo_ignore_all", "net.ipv4.ip_default_ttl",
	"net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.all.arp_filter", "net.ipv4.conf.all.proxy_arp",
}

// linkBlocking are those of links, with their numbers in IFLA_INET_CONF: IPV4_DEVCONF_*
// (linux/ip.h) less 1.
var linkBlocking = [...]struct {
	leaf   string
	number int
}{
	{"forwarding", 0}, {"proxy_arp", 2}, {"rp_filter", 7}, {"arp_filter", 12}, {"arp_ignore", 18},
}

// numbersOfLink returns the values of linkBlocking by an IFLA_INET_CONF.
func numbersOfLink(conf attribute) (values [len(linkBlocking)]uint32) {
	for i, b := range linkBlocking {
		values[i] = conf.nth(b.number)
	}
	return values
}

// blockingOfNamespace returns the blocking sysctls of the whole namespace that nobody wants and
// that a new namespace does not have.
func (r reading) blockingOfNamespace() (list []dump.Setting) {
	for _, key := range blockingSysctls {
		value, ok := readSysctl(key)
		if usual := r.usual(key, value); ok && value != usual && !r.wants(key) {
			list = append(list, dump.Setting{Key: key, Value: value, Default: usual})
		}
	}
	return list
}

// blockingOfLinks returns the blocking sysctls of links that nobody wants and that a new link
// does not have.
func (r reading) blockingOfLinks() (list []dump.Setting) {
	for _, l := range r.links {
		if l.loopback() {
			continue
		}
		for i, b := range linkBlocking {
			key := blockingKey(strings.ReplaceAll(l.Name, ".", "/"), b.leaf)
			value, usual := strconv.Itoa(int(l.blocking[i])), r.inherited(b.leaf)
			if usual == "" {
				usual = r.usual(blockingKey("default", b.leaf), value)
			}
			if value != usual && !r.wants(key) {
				list = append(list, dump.Setting{Key: key, Value: value, Default: usual})
			}
		}
	}
	return list
}

// wants reports whether a setting is wanted.
func (r reading) wants(key string) bool {
	_, wanted := r.sysctls.want[r.name][key]
	return wanted
}

// usual returns what a blocking sysctl is in a new namespace, which copies some from the
// host. It is not made where the value is Linux's default.
func (r reading) usual(key, value string) string {
	if value != kernelDefault(key) {
		if fresh, known := r.sysctls.usual()[key]; known {
			return fresh
		}
	}
	return kernelDefault(key)
}

func blockingKey(link, leaf string) string { return "net.ipv4.conf." + link + "." + leaf }

// inherited returns what new links get by a wanted setting of the namespace; "" if none is
// wanted.
func (r reading) inherited(leaf string) string {
	if leaf == "forwarding" && r.forwards[state.ForwardIPv4] {
		return "1" // of ip_forward, which sets it for all links
	}
	return r.sysctls.want[r.name][blockingKey("default", leaf)]
}

// kernelDefault returns the value that Linux gives to a blocking sysctl.
func kernelDefault(key string) string {
	if key == "net.ipv4.ip_default_ttl" {
		return "64"
	}
	return "0"
}

// readUsual returns the values of the blocking sysctls in a new namespace, which is made to
// read them; none if it cannot be made.
func readUsual() map[string]string {
	usual := map[string]string{}
	_ = netns.InTemp(func() error {
		keys := append([]string(nil), blockingSysctls[:]...)
		for _, b := range linkBlocking {
			keys = append(keys, blockingKey("default", b.leaf))
		}
		for _, key := range keys {
			if value, ok := readSysctl(key); ok {
				usual[key] = value
			}
		}
		return nil
	})
	return usual
}
