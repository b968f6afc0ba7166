package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Parse reads a command as [Print] writes it, and in the other spellings that
// ip(8) and sysctl(8) take for the same: shortened objects and verbs, the
// optional "dev", options in any order, "sudo" in front, "ip netns exec NS ip
// …". Words that change nothing an Op holds, such as "brd +", are skipped. An
// error names the word that is not understood, and its number.
func Parse(line string) (plan.Op, error) {
	list, err := split(line)
	if err != nil {
		return nil, err
	}
	w := &words{list: list, namespace: state.Host}
	op, err := parseCommand(w)
	if err != nil {
		return nil, err
	}
	if w.more() {
		return nil, w.missing("the end")
	}
	return op, nil
}

// ParseAll is [Parse] for commands that may come to any number of Ops: those of
// nft(8), and of iptables(8), which are read as iptables-nft does them.
func ParseAll(line string) (plan.Plan, error) {
	list, err := split(line)
	if err != nil {
		return nil, err
	}
	w := &words{list: list, namespace: state.Host}
	p, known, err := parseFilter(w)
	if known || err != nil {
		return p, err
	}
	op, err := Parse(line)
	return plan.Plan{op}, err
}

// parseFilter reads a command about the packet filter. False: it is another.
func parseFilter(w *words) (p plan.Plan, known bool, err error) {
	start := w.pos
	for w.skip("sudo") {
	}
	if w.skip("ip") && w.skip("netns", "net") && w.skip("exec", "e") {
		w.namespace = w.next()
	} else {
		w.pos = start
	}
	for w.skip("sudo") {
	}
	switch {
	case w.skip("nft"):
		p, err = parseNft(w)
	case w.skip("iptables", "iptables-nft"):
		p, err = parseIptables(w, nft.IP)
	case w.skip("ip6tables", "ip6tables-nft"):
		p, err = parseIptables(w, nft.IP6)
	default:
		return nil, false, nil
	}
	return p, true, err
}

func parseCommand(w *words) (plan.Op, error) {
	for w.skip("sudo") {
	}
	switch {
	case w.skip("sysctl"):
		return parseSysctl(w)
	case w.skip("ip"):
		return parseIP(w)
	}
	return nil, w.unexpected("ip", "sysctl")
}

func parseIP(w *words) (plan.Op, error) {
	if err := readIPOptions(w); err != nil {
		return nil, err
	}
	object, err := w.verb(verb{"netns", "net"}, verb{"link", "l"}, verb{"address", "a"}, verb{"route", "r"})
	switch object {
	case "netns":
		return parseNetns(w)
	case "link":
		return parseLink(w)
	case "address":
		return parseAddress(w)
	case "route":
		return parseRoute(w)
	}
	return nil, err
}

// readIPOptions takes what stands between ip and its object.
func readIPOptions(w *words) error {
	for strings.HasPrefix(w.peek(), "-") {
		var err error
		switch {
		case w.skip("-n", "-netns"):
			w.namespace, err = w.value("the name of a namespace")
		case w.skip("-4"):
			w.ipv6 = false
		case w.skip("-6"):
			w.ipv6 = true
		default:
			err = fmt.Errorf("%s: of the options of ip only -n, -4 and -6 are known", w.place())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
