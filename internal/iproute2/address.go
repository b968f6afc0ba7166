package iproute2

import (
	"net/netip"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// address is what an addr command says.
type address struct {
	prefix netip.Prefix
	dev    string
}

// addressGrammar has no word for the address itself, which stands first. All
// our IPv6 addresses skip duplicate address detection, so to an Op nodad says
// nothing new.
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
	},
	bare: func(w *words, a *address) (bool, error) {
		if a.prefix.IsValid() {
			return false, nil
		}
		return true, a.read(w)
	},
}

func (a *address) read(w *words) (err error) {
	a.prefix, err = w.prefix()
	return err
}

func printAddress(verb string, link state.Endpoint, p netip.Prefix) []string {
	c := append(ip(link.Namespace, "addr", verb, p.String()), addressGrammar.write(address{dev: link.Link})...)
	if verb == "add" && p.Addr().Is6() {
		c = append(c, "nodad")
	}
	return c
}

func parseAddress(w *words) (plan.Op, error) {
	verb, err := w.verb(verb{"add", "a"}, verb{"delete", "d"})
	if err != nil {
		return nil, err
	}
	var a address
	if err := addressGrammar.read(w, &a); err != nil {
		return nil, err
	}
	switch {
	case !a.prefix.IsValid():
		return nil, w.missing("an address")
	case a.dev == "":
		return nil, w.missing("dev LINK")
	case verb == "add":
		return plan.AddAddress{Link: w.at(a.dev), Address: a.prefix}, nil
	}
	return plan.DelAddress{Link: w.at(a.dev), Address: a.prefix}, nil
}
