package ipshow

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// kinds has one row per kind of link with attributes (IFLA_INFO_DATA) that ip -d shows.
var kinds = map[string]func(*dump.Namespace, dump.Info) fields{
	"bridge":    shows(bridgeData),
	"erspan":    shows(tunnelData),
	"geneve":    shows(geneveData),
	"gre":       shows(tunnelData),
	"gretap":    shows(tunnelData),
	"ip6erspan": shows(tunnelData),
	"ip6gre":    shows(tunnelData),
	"ip6gretap": shows(tunnelData),
	"ip6tnl":    shows(tunnelData),
	"ipip":      shows(tunnelData),
	"ipvlan":    shows(ipvlanData),
	"ipvtap":    shows(ipvlanData),
	"macvlan":   shows(macvlanData),
	"macvtap":   shows(macvlanData),
	"sit":       shows(tunnelData),
	"tun":       shows(tunData),
	"vlan":      shows(vlanData),
	"vti":       shows(tunnelData),
	"vti6":      shows(tunnelData),
	"vxlan":     vxlanData,
}

// shows adapts a function for one type of attributes to a row.
func shows[I dump.Info](write func(I, *fields)) func(*dump.Namespace, dump.Info) fields {
	return func(_ *dump.Namespace, info dump.Info) fields {
		var fs fields
		if own, ok := info.(I); ok {
			write(own, &fs)
		}
		return fs
	}
}

// kindData prints the attributes of a link's kind.
func kindData(ns *dump.Namespace, l *dump.Link) fields {
	if show := kinds[l.Kind]; show != nil {
		return show(ns, l.Info)
	}
	return nil
}

// flag adds a word that has no value.
func (fs *fields) flag(word string, set bool) {
	if set {
		fs.add(word, true, word+" ")
	}
}

func (fs *fields) number(key, word string, n int) { fs.add(key, n, fmt.Sprintf("%s %d ", word, n)) }

// address prints an address unless it is none.
func (fs *fields) address(word string, a netip.Addr) {
	if a.IsValid() {
		fs.word(word, word, a.String())
	}
}

func bridgeData(b dump.Bridge, fs *fields) {
	fs.number("forward_delay", "forward_delay", b.ForwardDelay)
	fs.number("hello_time", "hello_time", b.HelloTime)
	fs.number("max_age", "max_age", b.MaxAge)
	fs.number("ageing_time", "ageing_time", b.AgeingTime)
	fs.number("stp_state", "stp_state", bit(b.STP))
	fs.number("priority", "priority", b.Priority)
	fs.number("vlan_filtering", "vlan_filtering", bit(b.VLANFiltering))
	fs.word("bridge_id", "bridge_id", b.ID)
}

func vlanData(v dump.VLAN, fs *fields) {
	fs.word("protocol", "protocol", map[uint16]string{0x8100: "802.1Q", 0x88a8: "802.1ad"}[v.Protocol])
	fs.number("id", "id", v.ID)
}

func macvlanData(m dump.Macvlan, fs *fields) {
	fs.word("mode", "mode", m.Mode)
	fs.flag("nopromisc", m.NoPromisc)
	fs.flag("nodst", m.NoDst)
	if m.BCQueueLen != nil {
		fs.number("bcqueuelen", "bcqueuelen", *m.BCQueueLen)
	}
	if m.BCQueueLenUsed != nil {
		fs.number("usedbcqueuelen", "usedbcqueuelen", *m.BCQueueLenUsed)
	}
	if m.Mode != "source" {
		return
	}
	fs.add("macaddr_count", len(m.Sources), fmt.Sprintf("remotes (%d) ", len(m.Sources)))
	if len(m.Sources) > 0 {
		fs.add("macaddr_data", m.Sources, strings.Trim(fmt.Sprint(m.Sources), "[]")+" ")
	}
}

func ipvlanData(v dump.IPVlan, fs *fields) {
	fs.word("mode", " mode", v.Mode)
	fs.flag(cmp.Or(v.Flag, "bridge"), true)
}

func vxlanData(ns *dump.Namespace, info dump.Info) fields {
	var fs fields
	v, ok := info.(dump.VXLAN)
	if !ok {
		return nil
	}
	fs.number("id", "id", v.ID)
	fs.address("remote", v.Remote)
	fs.address("local", v.Local)
	if dev := ns.LinkName(v.Device); dev != "" {
		fs.word("link", "dev", dev)
	}
	fs.number("port", "dstport", v.Port)
	return fs
}

func tunnelData(t dump.Tunnel, fs *fields) {
	fs.word("remote", "remote", orAny(t.Remote))
	fs.word("local", "local", orAny(t.Local))
}

// geneveData prints no local address: geneve is bound to none.
func geneveData(t dump.Tunnel, fs *fields) {
	fs.number("id", "id", int(t.Key))
	fs.address("remote", t.Remote)
}

func tunData(t dump.Tun, fs *fields) {
	fs.word("type", "type", map[bool]string{false: "tun", true: "tap"}[t.Tap])
}
