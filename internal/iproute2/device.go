package iproute2

import (
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// device holds the attributes of a new link that every kind has.
type device struct {
	name  string
	index int
	mac   topo.MAC
	mtu   int
	netns string // "": not given

	after plan.SetLink // master, up and down, which need an Op after the creation
}

// deviceGrammar parses what follows "link add" and "peer". The name is printed first;
// its keyword may be left out.
var deviceGrammar = grammar[device]{
	options: []option[device]{
		{
			words: []string{"name", "dev"},
			read:  func(w *words, d *device) error { return d.readName(w) },
		},
		number("index", "an interface number", maxSigned, func(d *device) *int { return &d.index }),
		mac(func(d *device) *topo.MAC { return &d.mac }, "address", "addr"),
		number("mtu", "an MTU in bytes", maxSigned, func(d *device) *int { return &d.mtu }),
		{
			words: []string{"netns"},
			write: func(d *device) ([]string, bool) { return []string{d.netns}, d.netns != "" },
			read:  func(w *words, d *device) error { return w.netns(&d.netns) },
		},
		{
			words: []string{"master"},
			read:  func(w *words, d *device) error { return readMaster(w, &d.after) },
		},
		toggleRead("up", true, func(d *device) **bool { return &d.after.Up }),
		toggleRead("down", false, func(d *device) **bool { return &d.after.Up }),
		refused[device]("link", "a link on a lower device is not supported"),
		refused[device]("txqueuelen", queues),
		refused[device]("txqlen", queues),
		refused[device]("qlen", queues),
		refused[device]("numtxqueues", queues),
		refused[device]("numrxqueues", queues),
		refused[device]("group", "groups of links are not supported"),
	},
	bare: func(w *words, d *device) (bool, error) {
		if d.name != "" {
			return false, nil
		}
		return true, d.readName(w)
	},
	until: "type",
}

const queues = "settings of queues are not supported"

func (d *device) readName(w *words) (err error) {
	d.name, err = w.Value("the name of a link")
	return err
}

// words returns the arguments of "link add".
func (d device) words() []string {
	var c []string
	if d.name != "" {
		c = named("name", d.name)
	}
	return append(c, deviceGrammar.write(d)...)
}

// more returns the Ops that follow the creation.
func (d device) more(link state.Endpoint) plan.Plan {
	if d.after == (plan.SetLink{}) {
		return nil
	}
	d.after.Link = link
	return plan.Plan{d.after}
}

func (d device) vethEnd() plan.VethEnd {
	return plan.VethEnd{
		Link:  state.Endpoint{Namespace: d.netns, Link: d.name},
		Index: d.index, MAC: d.mac, MTU: d.mtu,
	}
}

// named returns the name of a link, behind a keyword if ip would parse the name as
// an option.
func named(keyword, link string) []string {
	if slices.ContainsFunc(linkKeywords(), func(k string) bool { return strings.HasPrefix(k, link) }) {
		return []string{keyword, link}
	}
	return []string{link}
}

// linkKeywords returns the options that ip link accepts in place of a name. ip accepts
// prefixes of some, so that it parses a link called "a" as "address".
func linkKeywords() []string {
	return strings.Fields(`
		addrgenmode address alias allmulticast arp broadcast brd carrier dev down dynamic
		gro_ipv4_max_size gro_max_size group gso_ipv4_max_size gso_max_segs gso_max_size
		help index link link-netns link-netnsid master mode mtu multicast name netns nomaster
		numrxqueues numtxqueues parentbus parentdev peer promisc protodown protodown_reason
		qlen state trailers txqlen txqueuelen type up vf vrf xdp xdpdrv xdpgeneric xdpoffload`)
}
