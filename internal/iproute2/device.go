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
	lower string // the first lower device, in the namespace of the command; "": not given

	after plan.SetLink // master, up and down, which need an Op after the creation
}

// deviceGrammar parses what follows "link add" and "peer". The lower device and the name
// are printed first; the keyword of the name may be left out.
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
		{
			words: []string{"link"},
			read: func(w *words, d *device) (err error) {
				d.lower, err = w.Value("the name of the lower device")
				return err
			},
		},
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
	switch {
	case d.lower != "":
		c = []string{"link", d.lower, "name", d.name}
	case d.name != "":
		c = named("name", d.name)
	}
	return append(c, deviceGrammar.write(d)...)
}

// on returns a kind with the lower device that the command names: it takes the place of the
// zero Endpoint in the kind that a row of linkKinds makes. See [state.Kind].
func (d device) on(w *words, k state.Kind) (state.Kind, error) {
	switch lower := k.Lower(); {
	case d.lower == "" && (len(lower) == 0 || lower[0] != state.Endpoint{}):
		return k, nil
	case d.lower == "":
		return nil, w.Missing("link and the name of the lower device")
	case len(lower) == 0:
		return nil, d.noLower(w, k.Kind())
	}
	return k.Renamed(state.Endpoint{}, w.at(d.lower)), nil
}

// noLower returns an error if the command names a lower device. The kernel ignores it for
// kinds that have none.
func (d device) noLower(w *words, kind string) error {
	if d.lower == "" {
		return nil
	}
	return w.unsupported("links of kind %s have no lower device", kind)
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
