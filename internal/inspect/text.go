package inspect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/internal/xtables"
)

// A Section is a part of what a node shows, as text.
type Section struct {
	Heading string
	Command string // that shows the same
	Lines   []string
}

// Sections returns a node as text. Empty sections are left out.
func (n *Node) Sections() ([]Section, error) {
	all, err := n.interfaceSections()
	if err != nil {
		return nil, err
	}
	all = append(all,
		Section{"Routes", "ip route show table all", ipshow.RouteLines(n.Namespace)},
		Section{"Rules", "ip rule", ipshow.RuleLines(n.Namespace)},
		Section{"Neighbours", "ip neigh", ipshow.NeighbourLines(n.Namespace)},
		Section{"Qdiscs", "tc qdisc", n.qdiscLines()},
		Section{"Sockets", "ss -lnp", words.Align(n.socketRows())},
		Section{"Sysctls", "sysctl", n.sysctlLines()},
		Section{"Packet filter", "nft list ruleset", lines(n.Nftables.String())},
	)
	for _, f := range xtables.Families() {
		all = append(all, Section{"Legacy " + string(f), string(f) + "-legacy-save -c", n.xtablesLines(f)})
	}
	all = append(all, Section{"Processes", "ps", words.Align(n.processRows())})
	return slices.DeleteFunc(all, func(s Section) bool { return len(s.Lines) == 0 }), nil
}

// interfaceSections returns a table of all interfaces, or the selected one as ip shows it.
func (n *Node) interfaceSections() ([]Section, error) {
	if n.Interface == "" {
		return []Section{{"Interfaces", "ip -d link, ip addr", n.linkLines()}}, nil
	}
	link, err := n.asIP("Interface", "-d", "-s", "link")
	if err != nil || len(n.Addresses) == 0 {
		return []Section{link}, err
	}
	addresses, err := n.asIP("Addresses", "addr")
	return []Section{link, addresses}, err
}

// asIP returns what ip shows of the selected interface.
func (n *Node) asIP(heading string, args ...string) (Section, error) {
	args = append(args, "show", "dev", n.Interface)
	text, err := ipshow.Show(n.whole, args...)
	return Section{heading, "ip " + strings.Join(args, " "), lines(text)}, err
}

// Title says in a line what the node, or the selected interface, is.
func (n *Node) Title() string {
	title, peerText := n.Node, ""
	if n.Interface != "" {
		title += ":" + n.Interface
		if peer := n.peer(n.Links[0].Index); peer != "" {
			peerText = ", peer " + peer
		}
	}
	if n.Name == state.Host {
		return title + ": the host namespace" + peerText
	}
	return fmt.Sprintf("%s: %s of lab %s, namespace %s%s", title, n.Kind, n.Lab, n.Name, peerText)
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func (n *Node) linkLines() []string {
	rows := [][]string{{"NAME", "INDEX", "KIND", "STATE", "MAC", "MTU", "ADDRESSES", "PEER"}}
	for i := range n.Links {
		l := &n.Links[i]
		addresses := strings.Join(n.prefixes(l.Index), ",")
		if m := n.LinkName(l.Master); m != "" && addresses == "" {
			addresses = "(port of " + m + ")"
		}
		rows = append(rows, []string{
			l.Name, strconv.Itoa(l.Index), l.KindWord(), l.State(), l.Address.String(), strconv.Itoa(l.MTU), addresses, n.peer(l.Index),
		})
	}
	return words.Align(rows)
}

func (n *Node) prefixes(index int) []string {
	var list []string
	for _, a := range n.AddressesOf(index) {
		list = append(list, a.Prefix.String())
	}
	return list
}

// qdiscLines leaves out noqueue, unless an interface is selected.
func (n *Node) qdiscLines() []string {
	shown := []dump.Qdisc{}
	for _, q := range n.Qdiscs {
		if q.Kind != "noqueue" || n.Interface != "" {
			shown = append(shown, q)
		}
	}
	return lines(ipshow.Qdiscs(shown, n.Namespace))
}

func (n *Node) socketRows() [][]string {
	var rows [][]string
	for _, s := range n.Sockets {
		local := s.Local.String()
		if s.Protocol == "unix" {
			local = s.Path
		}
		if dev := n.LinkName(s.Link); dev != "" {
			local += "%" + dev
		}
		var holders []string
		for _, h := range s.Processes {
			holders = append(holders, fmt.Sprintf("%s (%d)", h.Name, h.PID))
		}
		rows = append(rows, []string{s.Protocol, local, strings.Join(holders, ", ")})
	}
	return rows
}

func (n *Node) sysctlLines() []string {
	var list []string
	for _, s := range n.Sysctls {
		list = append(list, s.Key+" = "+s.Value)
	}
	return list
}

// xtablesLines returns the tables of a family, as iptables-save prints them.
func (n *Node) xtablesLines(f xtables.Family) []string {
	var list []string
	for i := range n.Xtables {
		if n.Xtables[i].Family == f {
			list = append(list, lines(n.Xtables[i].String())...)
		}
	}
	return list
}

func (n *Node) processRows() [][]string {
	var rows [][]string
	for _, p := range n.Processes {
		command := p.Command
		if command == "" {
			command = "[" + p.Name + "]"
		}
		rows = append(rows, []string{strconv.Itoa(p.PID), p.User, command})
	}
	return rows
}

// settingLink returns the link of a sysctl such as net.ipv4.conf.eth0.arp_ignore, else "".
// The key has "/" where the name has ".".
func settingLink(key string) string {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || parts[2] != "conf" && parts[2] != "neigh" {
		return ""
	}
	return strings.ReplaceAll(parts[3], "/", ".")
}
