package iproute2

import (
	"cmp"
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func parseLink(w *words) (plan.Plan, error) {
	verb, err := w.Verb(verb{"add", "a"}, verb{"set", "s"}, verb{"change", "c"}, verb{"delete", "d"}, verb{"property", "p"})
	switch verb {
	case "property":
		return nil, w.unsupported("alternative names of links are not supported")
	case "add":
		return parseAddLink(w)
	case "set", "change":
		return parseSetLink(w)
	case "delete":
		return parseDelLink(w)
	}
	return nil, err
}

func parseAddLink(w *words) (plan.Plan, error) { return addLink(w, linkKinds()) }

// addLink parses what follows "link add", for a table of kinds.
func addLink(w *words, kinds map[string]linkKind) (plan.Plan, error) {
	d := device{netns: w.namespace}
	if err := deviceGrammar.read(w, &d); err != nil {
		return nil, err
	}
	if !w.Skip("type") {
		return nil, w.Missing("type")
	}
	kind, ok := kinds[w.Peek()]
	switch {
	case !ok && slices.Contains(OtherKinds(), w.Peek()):
		return nil, w.unsupportedKind()
	case !ok:
		return nil, w.Unexpected(KindNames()...)
	}
	w.Next()
	op, err := kind.add(w, d)
	if err != nil {
		return nil, err
	}
	return append(plan.Plan{op}, d.more(state.Endpoint{Namespace: d.netns, Link: d.name})...), nil
}

func printDelLink(op plan.DelLink) []string {
	return append(ip(op.Link.Namespace, "link", "del"), named("dev", op.Link.Link)...)
}

func parseDelLink(w *words) (plan.Plan, error) {
	if w.Skip("group") {
		return nil, w.unsupported("groups of links are not supported")
	}
	w.Skip("dev")
	name, err := w.Value("the name of a link")
	if err != nil {
		return nil, err
	}
	if w.Skip("type") { // repeats the kind
		_, err = w.Value("a kind of link")
	}
	return plan.Plan{plan.DelLink{Link: w.at(name)}}, err
}

// change holds the arguments of a command that changes a link.
type change struct {
	plan.SetLink
	name     string  // the new name; "": unchanged
	netns    *string // the new namespace; nil: unchanged
	noEffect bool    // an option with its only supported value, the default
}

// linkGrammar has the options of "link set". Up and down are last: addresses and other
// attributes are changed before the link is up.
var linkGrammar = grammar[change]{
	options: []option[change]{
		{
			words: []string{"alias"},
			write: func(c *change) ([]string, bool) { return optional(c.Alias) },
			read:  func(w *words, c *change) error { return readAlias(w, &c.SetLink) },
		},
		mac(func(c *change) *topo.MAC { return &c.MAC }, "address", "addr"),
		number("mtu", "an MTU in bytes", maxSigned, func(c *change) *int { return &c.MTU }),
		{
			words: []string{"master"},
			write: func(c *change) ([]string, bool) {
				master, ok := optional(c.Master)
				return master, ok && *c.Master != ""
			},
			read: func(w *words, c *change) error { return readMaster(w, &c.SetLink) },
		},
		{
			words: []string{"nomaster"},
			write: func(c *change) ([]string, bool) { return nil, c.Master != nil && *c.Master == "" },
			read: func(_ *words, c *change) error {
				c.Master = new("")
				return nil
			},
		},
		choice("addrgenmode", "eui64", "none", func(c *change) **bool { return &c.AutoLinkLocal }),
		toggle("up", true, func(c *change) **bool { return &c.Up }),
		toggle("down", false, func(c *change) **bool { return &c.Up }),
		{
			words: []string{"dev"},
			read:  func(w *words, c *change) error { return readLinkName(w, &c.SetLink) },
		},
		text("a name", func(c *change) *string { return &c.name }, "name"),
		{
			words: []string{"netns"},
			write: func(c *change) ([]string, bool) {
				if c.netns == nil {
					return nil, false
				}
				return []string{cmp.Or(*c.netns, initProcess)}, true
			},
			read: func(w *words, c *change) error {
				c.netns = new(string)
				return w.netns(c.netns)
			},
		},
		noEffect("promisc", "off", "promiscuous mode is not supported"),
		noEffect("arp", "on", "a link without ARP is not supported"),
		noEffect("multicast", "on", "a link without multicast is not supported"),
		noEffect("allmulticast", "off", "allmulticast is not supported"),
		refused[change]("txqueuelen", queues),
		refused[change]("txqlen", queues),
		refused[change]("qlen", queues),
		refused[change]("group", "groups of links are not supported"),
		refused[change]("vf", "virtual functions of devices are not supported"),
		refused[change]("vrf", "VRFs are not supported"),
		refused[change]("xdp", "XDP programs are not supported"),
	},
	bare: func(w *words, c *change) (bool, error) {
		if c.Link.Link != "" {
			return false, nil
		}
		return true, readLinkName(w, &c.SetLink)
	},
	until: "type",
}

// noEffect is an option of which only the default value is supported.
func noEffect(word, value, why string) option[change] {
	o := fixed[change](value, why, word)
	return option[change]{words: o.words, read: func(w *words, c *change) error {
		c.noEffect = true
		return o.read(w, c)
	}}
}

// optional returns the value of an option whose zero value is a valid value.
func optional(s *string) (value []string, ok bool) {
	if s == nil {
		return nil, false
	}
	return []string{*s}, true
}

// readAlias accepts any text; the empty text removes the alias.
func readAlias(w *words, op *plan.SetLink) error {
	if !w.More() {
		return w.Missing("an alias")
	}
	op.Alias = new(w.Next())
	return nil
}

func readMaster(w *words, op *plan.SetLink) error {
	master, err := w.Value("the name of a bridge")
	op.Master = &master
	return err
}

func readLinkName(w *words, op *plan.SetLink) (err error) {
	op.Link.Link, err = w.Value("the name of a link")
	return err
}

// setLink returns the first words of a command that changes a link.
func setLink(link state.Endpoint) []string {
	return append(ip(link.Namespace, "link", "set"), named("dev", link.Link)...)
}

func printSetLink(op plan.SetLink) []string {
	return append(setLink(op.Link), linkGrammar.write(change{SetLink: op})...)
}

func printMoveLink(op plan.MoveLink) []string {
	var c change
	if op.To.Link != op.Link.Link {
		c.name = op.To.Link
	}
	if op.To.Namespace != op.Link.Namespace {
		c.netns = &op.To.Namespace
	}
	return append(setLink(op.Link), linkGrammar.write(c)...)
}

// parseSetLink returns the Ops in the order in which the kernel makes the changes: the
// kind's attributes, the move, and then the others, in the new namespace.
func parseSetLink(w *words) (plan.Plan, error) {
	c := change{SetLink: plan.SetLink{Link: w.at("")}}
	if err := linkGrammar.read(w, &c); err != nil {
		return nil, err
	}
	if c.Link.Link == "" {
		return nil, w.Missing("the name of a link")
	}
	var p plan.Plan
	if w.Skip("type") {
		op, err := parseSetKind(w, c.Link)
		if err != nil {
			return nil, err
		}
		p = append(p, op)
	}
	if to := c.to(); to != c.Link {
		p = append(p, plan.MoveLink{Link: c.Link, To: to})
		c.Link = to
	}
	if c.SetLink != (plan.SetLink{Link: c.Link}) {
		p = append(p, c.SetLink)
	}
	if len(p) == 0 && c.name == "" && c.netns == nil && !c.noEffect {
		return nil, w.Unexpected(linkGrammar.keywords()...)
	}
	return p, nil
}

// to returns the namespace and name of a link after the change.
func (c change) to() state.Endpoint {
	to := c.Link
	if c.name != "" {
		to.Link = c.name
	}
	if c.netns != nil {
		to.Namespace = *c.netns
	}
	return to
}
