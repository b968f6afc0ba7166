package iproute2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
)

// An iptablesRule holds a command of iptables(8) in nft's words. It becomes what
// iptables-nft makes of it: the same tables and chains, interfaces before addresses
// before ports, and a counter before the verdict.
type iptablesRule struct {
	family nft.Family
	table  string
	chain  string

	protocol string
	links    []string // matches of interfaces
	hosts    []string // of addresses
	packet   []string // of the rest, in the order given
	target   string   // the verdict or last statement
	comment  string
}

// builtin returns the built-in chains of a table, with hook and priority.
func builtin(table string) map[string]nft.Base {
	base := func(hook string, priority int) nft.Base {
		typ := "filter"
		if table == "nat" {
			typ = "nat"
		} else if table == "mangle" && hook == "output" {
			typ = "route"
		}
		return nft.Base{Type: typ, Hook: hook, Priority: priority}
	}
	switch table {
	case "filter":
		return map[string]nft.Base{"INPUT": base("input", 0), "FORWARD": base("forward", 0), "OUTPUT": base("output", 0)}
	case "nat":
		return map[string]nft.Base{
			"PREROUTING": base("prerouting", -100), "INPUT": base("input", 100),
			"OUTPUT": base("output", -100), "POSTROUTING": base("postrouting", 100),
		}
	case "mangle":
		return map[string]nft.Base{
			"PREROUTING": base("prerouting", -150), "INPUT": base("input", -150), "FORWARD": base("forward", -150),
			"OUTPUT": base("output", -150), "POSTROUTING": base("postrouting", -150),
		}
	case "raw":
		return map[string]nft.Base{"PREROUTING": base("prerouting", -300), "OUTPUT": base("output", -300)}
	}
	return nil
}

// parseIptables reads a command of iptables or ip6tables and returns what
// iptables-nft does for it.
func parseIptables(w *words, family nft.Family) (plan.Plan, error) {
	r := &iptablesRule{family: family, table: "filter"}
	var command []nft.Command
	for w.More() {
		switch {
		case w.Skip("-t", "--table"):
			if err := r.readTable(w); err != nil {
				return nil, err
			}
		case w.Skip("-w", "--wait", "-v", "--verbose", "-n", "--numeric"):
		default:
			var err error
			if command, err = r.command(w); err != nil {
				return nil, err
			}
			return r.plan(w, command), nil
		}
	}
	return nil, w.Missing("a command such as -A FORWARD")
}

func (r *iptablesRule) readTable(w *words) error {
	tables := []string{"filter", "nat", "mangle", "raw"}
	if !slices.Contains(tables, w.Peek()) {
		return w.Unexpected(tables...)
	}
	r.table = w.Next()
	return nil
}

// plan returns the Ops of commands.
func (r *iptablesRule) plan(w *words, commands []nft.Command) plan.Plan {
	var p plan.Plan
	for _, c := range commands {
		p = append(p, plan.Nft{Namespace: w.namespace, Command: c})
	}
	return p
}

func (r *iptablesRule) id() nft.TableID { return nft.TableID{Family: r.family, Name: r.table} }

// made returns the commands that create the table, and the chain if it is built-in.
func (r *iptablesRule) made() []nft.Command {
	list := []nft.Command{{Verb: nft.Add, Object: nft.ATable, Table: r.id()}}
	if base, ok := builtin(r.table)[r.chain]; ok {
		list = append(list, nft.Command{Verb: nft.Add, Object: nft.AChain, Table: r.id(), Name: r.chain, Base: &base})
	}
	return list
}

func (r *iptablesRule) command(w *words) ([]nft.Command, error) {
	about := func(verb nft.Verb, object nft.Object) nft.Command {
		return nft.Command{Verb: verb, Object: object, Table: r.id(), Name: r.chain}
	}
	chain := func() (err error) { r.chain, err = w.Value("the name of a chain"); return err }
	switch {
	case w.Skip("-A", "--append"), w.Skip("-I", "--insert"), w.Skip("-D", "--delete"):
		verbs := map[string]nft.Verb{"a": nft.Add, "i": nft.Insert, "d": nft.Delete}
		return r.rule(w, verbs[strings.ToLower(strings.TrimLeft(w.Back().Next(), "-")[:1])])
	case w.Skip("-P", "--policy"):
		return r.policy(w)
	case w.Skip("-N", "--new-chain", "--new"):
		err := chain()
		return append(r.made(), about(nft.Add, nft.AChain)), err
	case w.Skip("-X", "--delete-chain"):
		err := chain()
		return []nft.Command{about(nft.Delete, nft.AChain)}, err
	case w.Skip("-F", "--flush"):
		if !w.More() {
			return append(r.made(), about(nft.Flush, nft.ATable)), nil
		}
		err := chain()
		return append(r.made(), about(nft.Flush, nft.AChain)), err
	case w.Skip("-L", "--list", "-S", "--list-rules", "-Z", "--zero"):
		w.Pos = len(w.List)
		return nil, nil
	}
	return nil, w.Unexpected("-A", "-I", "-D", "-P", "-N", "-F", "-X")
}

func (r *iptablesRule) policy(w *words) (list []nft.Command, err error) {
	if r.chain, err = w.Value("the name of a chain"); err != nil {
		return nil, err
	}
	if _, ok := builtin(r.table)[r.chain]; !ok {
		return nil, fmt.Errorf("cannot set the policy of %q: not a built-in chain of table %s", r.chain, r.table)
	}
	policy := strings.ToLower(w.Peek())
	if policy != "accept" && policy != "drop" {
		return nil, w.Unexpected("ACCEPT", "DROP")
	}
	w.Next()
	// The chain is added first: an existing one may have another policy.
	list = r.made()
	return append(list, nft.Command{Verb: nft.Add, Object: nft.AChain, Table: r.id(), Name: r.chain, Base: &nft.Base{Policy: policy}}), nil
}

func (r *iptablesRule) rule(w *words, verb nft.Verb) (list []nft.Command, err error) {
	if r.chain, err = w.Value("the name of a chain"); err != nil {
		return nil, err
	}
	if verb == nft.Insert {
		w.Skip("1") // the default position
	}
	for w.More() && err == nil {
		err = r.option(w)
	}
	if err != nil {
		return nil, err
	}
	text := r.text()
	rule, err := nft.ParseRule(r.family, text)
	if err != nil {
		return nil, fmt.Errorf("cannot translate to nft: %w", nftError(text, err))
	}
	if verb != nft.Delete {
		list = r.made()
	}
	return append(list, nft.Command{Verb: verb, Object: nft.ARule, Table: r.id(), Name: r.chain, Rule: rule}), nil
}

// text returns the rule in nft's words.
func (r *iptablesRule) text() string {
	words := slices.Concat(r.links, r.hosts)
	if r.protocol != "" && !slices.ContainsFunc(r.packet, func(s string) bool { return implies(s, r.protocol) }) {
		words = append(words, "meta l4proto "+r.protocol)
	}
	words = slices.Concat(words, r.packet, []string{"counter"})
	if r.target != "" {
		words = append(words, r.target)
	}
	if r.comment != "" {
		words = append(words, `comment "`+strings.ReplaceAll(r.comment, `"`, "'")+`"`)
	}
	return strings.Join(words, " ")
}

// implies reports whether a match selects a protocol.
func implies(match, protocol string) bool {
	return strings.HasPrefix(match, protocol+" ") || protocol == "ipv6-icmp" && strings.HasPrefix(match, "icmpv6 ")
}
