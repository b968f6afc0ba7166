package iproute2

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// linkKinds are the kinds of link that can be made. Each reads what follows
// its name.
var linkKinds = map[string]func(*words, device) (plan.Op, error){
	state.Veth{}.Kind():   parseVeth,
	state.Bridge{}.Kind(): parseAddBridge,
}

func parseLink(w *words) (plan.Op, error) {
	verb, err := w.verb(verb{"add", "a"}, verb{"set", "s"}, verb{"delete", "d"})
	switch verb {
	case "add":
		return parseAddLink(w)
	case "set":
		return parseSetLink(w)
	case "delete":
		return parseDelLink(w)
	}
	return nil, err
}

func parseAddLink(w *words) (plan.Op, error) {
	d := device{netns: w.namespace}
	if err := deviceGrammar.read(w, &d); err != nil {
		return nil, err
	}
	if d.name == "" {
		return nil, w.missing("the name of a link")
	}
	if !w.skip("type") {
		return nil, w.missing("type")
	}
	kind, ok := linkKinds[w.peek()]
	if !ok {
		return nil, w.unexpected(slices.Sorted(maps.Keys(linkKinds))...)
	}
	w.next()
	return kind(w, d)
}

func printDelLink(op plan.DelLink) []string {
	return append(ip(op.Link.Namespace, "link", "del"), named("dev", op.Link.Link)...)
}

func parseDelLink(w *words) (plan.Op, error) {
	w.skip("dev")
	name, err := w.value("the name of a link")
	return plan.DelLink{Link: w.at(name)}, err
}

// linkGrammar is what may stand behind "link set". Up and down are last, since
// a link's address and the like are best changed before it is up.
var linkGrammar = grammar[plan.SetLink]{
	options: []option[plan.SetLink]{
		{
			words: []string{"alias"},
			write: func(op *plan.SetLink) ([]string, bool) { return optional(op.Alias) },
			read:  readAlias,
		},
		mac(func(op *plan.SetLink) *topo.MAC { return &op.MAC }, "address", "addr"),
		number("mtu", "an MTU in bytes", maxSigned, func(op *plan.SetLink) *int { return &op.MTU }),
		{
			words: []string{"master"},
			write: func(op *plan.SetLink) ([]string, bool) {
				master, ok := optional(op.Master)
				return master, ok && *op.Master != ""
			},
			read: readMaster,
		},
		{
			words: []string{"nomaster"},
			write: func(op *plan.SetLink) ([]string, bool) { return nil, op.Master != nil && *op.Master == "" },
			read: func(_ *words, op *plan.SetLink) error {
				op.Master = new("")
				return nil
			},
		},
		choice("addrgenmode", "eui64", "none", func(op *plan.SetLink) **bool { return &op.AutoLinkLocal }),
		toggle("up", true, func(op *plan.SetLink) **bool { return &op.Up }),
		toggle("down", false, func(op *plan.SetLink) **bool { return &op.Up }),
		{
			words: []string{"dev"},
			read:  readLinkName,
		},
		refused[plan.SetLink]("netns", "moving a link is not supported: make it where it belongs, with `netns` at its end of `link add`"),
		refused[plan.SetLink]("name", "renaming a link is not supported: give it its final name in `link add`"),
	},
	bare: func(w *words, op *plan.SetLink) (bool, error) {
		if op.Link.Link != "" {
			return false, nil
		}
		return true, readLinkName(w, op)
	},
	until: "type",
}

// optional returns the value of an option whose zero value means something.
func optional(s *string) (value []string, ok bool) {
	if s == nil {
		return nil, false
	}
	return []string{*s}, true
}

// readAlias takes any text: the empty one takes the alias away.
func readAlias(w *words, op *plan.SetLink) error {
	if !w.more() {
		return w.missing("an alias")
	}
	op.Alias = new(w.next())
	return nil
}

func readMaster(w *words, op *plan.SetLink) error {
	master, err := w.value("the name of a bridge")
	op.Master = &master
	return err
}

func readLinkName(w *words, op *plan.SetLink) (err error) {
	op.Link.Link, err = w.value("the name of a link")
	return err
}

// setLink begins a command that changes a link.
func setLink(link state.Endpoint) []string {
	return append(ip(link.Namespace, "link", "set"), named("dev", link.Link)...)
}

func printSetLink(op plan.SetLink) []string {
	return append(setLink(op.Link), linkGrammar.write(op)...)
}

func parseSetLink(w *words) (plan.Op, error) {
	op := plan.SetLink{Link: w.at("")}
	if err := linkGrammar.read(w, &op); err != nil {
		return nil, err
	}
	changes := op != plan.SetLink{Link: op.Link}
	switch {
	case op.Link.Link == "":
		return nil, w.missing("the name of a link")
	case w.more() && changes:
		return nil, fmt.Errorf("%s: what every link has and what its kind has are two commands", w.place())
	case w.skip("type"):
		return parseSetBridge(w, op.Link)
	case !changes:
		return nil, w.unexpected(linkGrammar.keywords()...)
	}
	return op, nil
}
