package iproute2

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// address holds the arguments of an addr command.
type address struct {
	prefix netip.Prefix
	dev    string
}

// addressGrammar has no keyword for the address, which comes first. nodad is ignored:
// every [plan.AddAddress] skips duplicate address detection.
var addressGrammar = grammar[address]{
	options: []option[address]{
		text("the name of a link", func(a *address) *string { return &a.dev }, "dev"),
		{
			words: []string{"local"},
			read:  func(w *words, a *address) error { return a.read(w) },
		},
		{
			words: []string{"nodad"},
			read:  func(*words, *address) error { return nil },
		},
		ignored[address]("brd", "broadcast"),
		ignored[address]("label"),
		fixed[address]("forever", "an address that expires is not supported", "valid_lft"),
		fixed[address]("forever", "an address that expires is not supported", "preferred_lft"),
		fixed[address]("global", "only scope global is supported", "scope"),
		refused[address]("peer", "a point-to-point address is not supported"),
		refused[address]("noprefixroute", "an address without a route to its subnet is not supported"),
		refused[address]("metric", "a metric for the route to the subnet is not supported"),
	},
	bare: func(w *words, a *address) (bool, error) {
		if a.prefix.IsValid() {
			return false, nil
		}
		return true, a.read(w)
	},
}

func (a *address) read(w *words) (err error) {
	a.prefix, err = w.Prefix()
	return err
}

func printAddAddress(op plan.AddAddress) []string {
	return printAddress(choose(op.Replace, "replace", "add"), op.Link, op.Address)
}

func printAddress(verb string, link state.Endpoint, p netip.Prefix) []string {
	c := append(ip(link.Namespace, "addr", verb, p.String()), addressGrammar.write(address{dev: link.Link})...)
	if verb != "del" && p.Addr().Is6() {
		c = append(c, "nodad")
	}
	return c
}

func printFlushAddresses(op plan.FlushAddresses) []string {
	c := ip(op.Link.Namespace)
	switch op.Family {
	case plan.IPv4Only:
		c = append(c, "-4")
	case plan.IPv6Only:
		c = append(c, "-6")
	}
	return append(c, "addr", "flush", "dev", op.Link.Link)
}

func parseAddress(w *words) (plan.Plan, error) {
	verb, err := w.Verb(verb{"add", "a"}, verb{"change", "c"}, verb{"chg", "chg"}, verb{"replace", "r"}, verb{"delete", "d"}, verb{"flush", "f"})
	if err != nil {
		return nil, err
	}
	if verb == "flush" {
		return parseFlushAddresses(w)
	}
	var a address
	if err := addressGrammar.read(w, &a); err != nil {
		return nil, err
	}
	switch {
	case !a.prefix.IsValid():
		return nil, w.Missing("an address")
	case a.dev == "":
		return nil, w.Missing("dev LINK")
	case verb == "delete":
		return plan.Plan{plan.DelAddress{Link: w.at(a.dev), Address: a.prefix}}, nil
	}
	return plan.Plan{plan.AddAddress{Link: w.at(a.dev), Address: a.prefix, Replace: verb != "add"}}, nil
}

// flushGrammar takes the link with or without dev.
var flushGrammar = grammar[address]{
	options: []option[address]{
		text("the name of a link", func(a *address) *string { return &a.dev }, "dev"),
		refused[address]("scope", "only all addresses of a link, or of a family, can be flushed"),
		refused[address]("to", "only all addresses of a link, or of a family, can be flushed"),
		refused[address]("label", "only all addresses of a link, or of a family, can be flushed"),
	},
	bare: func(w *words, a *address) (bool, error) {
		if a.dev != "" {
			return false, nil
		}
		a.dev = w.Next()
		return true, nil
	},
}

func parseFlushAddresses(w *words) (plan.Plan, error) {
	var a address
	if err := flushGrammar.read(w, &a); err != nil {
		return nil, err
	}
	if a.dev == "" {
		return nil, w.Missing("dev LINK")
	}
	return plan.Plan{plan.FlushAddresses{Link: w.at(a.dev), Family: w.family}}, nil
}
