package iproute2

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// device is what a new link has whatever its kind.
type device struct {
	name  string
	index int
	mac   topo.MAC
	mtu   int
	netns string // "" where the command does not say
}

// deviceGrammar is what may stand behind "link add" and behind "peer". The
// name, printed first, may do without its keyword.
var deviceGrammar = grammar[device]{
	options: []option[device]{
		{
			words: []string{"name", "dev"},
			read:  func(w *words, d *device) error { return d.readName(w) },
		},
		number("index", "an interface number", maxSigned, func(d *device) *int { return &d.index }),
		mac(func(d *device) *topo.MAC { return &d.mac }, "address", "addr"),
		number("mtu", "an MTU in bytes", maxSigned, func(d *device) *int { return &d.mtu }),
		text("the name of a namespace", func(d *device) *string { return &d.netns }, "netns"),
	},
	bare: func(w *words, d *device) (bool, error) {
		if d.name != "" {
			return false, nil
		}
		return true, d.readName(w)
	},
	until: "type",
}

func (d *device) readName(w *words) (err error) {
	d.name, err = w.value("the name of a link")
	return err
}

// words returns the device as it stands behind "link add".
func (d device) words() []string {
	return append(named("name", d.name), deviceGrammar.write(d)...)
}

func (d device) vethEnd() plan.VethEnd {
	return plan.VethEnd{
		Link:  state.Endpoint{Namespace: d.netns, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu,
	}
}

// named returns the name of a link, behind a keyword if ip would take the name
// by itself for something else.
func named(keyword, link string) []string {
	if slices.ContainsFunc(linkKeywords(), func(k string) bool { return strings.HasPrefix(k, link) }) {
		return []string{keyword, link}
	}
	return []string{link}
}

// linkKeywords returns what ip link takes for an option where a name could
// stand. It takes the beginnings of some for the whole, so that a link called
// "a" is read as "address".
func linkKeywords() []string {
	return strings.Fields(`
		addrgenmode address alias allmulticast arp broadcast brd carrier dev down dynamic
		gro_ipv4_max_size gro_max_size group gso_ipv4_max_size gso_max_segs gso_max_size
		help index link link-netns link-netnsid master mode mtu multicast name netns nomaster
		numrxqueues numtxqueues parentbus parentdev peer promisc protodown protodown_reason
		qlen state trailers txqlen txqueuelen type up vf vrf xdp xdpdrv xdpgeneric xdpoffload`)
}
