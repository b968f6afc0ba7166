package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// showNode writes all about a node, given as NODE or NODE:IF.
func (p *program) showNode(arg string, f format) error {
	name, link, one := strings.Cut(arg, ":")
	lab, node, err := p.findNode(name)
	if err != nil {
		return err
	}
	n, err := lookInside(lab, node)
	if err != nil {
		return err
	}
	if one && !n.only(link) {
		var names []string
		for _, l := range n.Links {
			names = append(names, l.Name)
		}
		return fmt.Errorf("node %s has no interface %q%s", node.Name(), link, words.DidYouMean(link, names))
	}
	if f == formatJSON {
		return p.out.json(n)
	}
	p.describe(n)
	return nil
}

// describe writes a node as text, section by section. Those that are empty are
// left out.
func (p *program) describe(n *insideNode) {
	p.out.print("%s\n", p.out.paint(bold, n.title()))
	if n.Interface != "" {
		p.section("Interface", "ip -d -s link", n.detail(&n.Links[0]))
		p.section("Addresses", "ip addr", n.addressLines())
	} else {
		p.section("Interfaces", "ip -d link, ip addr", n.linkLines())
	}
	p.section("Routes", "ip route show table all", iproute2.RouteLines(n.Namespace))
	p.section("Rules", "ip rule", iproute2.RuleLines(n.Namespace))
	p.section("Neighbours", "ip neigh", iproute2.NeighbourLines(n.Namespace))
	p.section("Queues", "tc qdisc", n.qdiscLines())
	p.section("Sockets", "ss -lnp", columns(n.socketRows()))
	p.section("Settings", "sysctl", n.sysctlLines())
	p.section("Packet filter", "nft list ruleset", lines(n.Nftables.String()))
	p.section("Processes", "ps", columns(n.processRows()))
}

func (n *insideNode) title() string {
	title := n.Node
	if n.Interface != "" {
		title += ":" + n.Interface
	}
	if n.Name == state.Host {
		return title + ": the machine itself"
	}
	return fmt.Sprintf("%s: %s of lab %s, namespace %s", title, n.Kind, n.Lab, n.Name)
}

// section writes lines under a heading that says which command shows the same.
func (p *program) section(heading, command string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.out.print("\n%s  %s\n", p.out.paint(bold, heading), p.out.paint(dim, command))
	for _, line := range lines {
		p.out.print("%s\n", strings.TrimRight("  "+line, " "))
	}
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// columns lines up the cells of rows.
func columns(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	list := make([]string, len(rows))
	for i, row := range rows {
		list[i] = tableLine(row, widths)
	}
	return list
}

func (n *insideNode) linkLines() []string {
	rows := [][]string{{"NAME", "INDEX", "KIND", "STATE", "MAC", "MTU", "ADDRESSES", "PEER"}}
	for i := range n.Links {
		l := &n.Links[i]
		addresses := strings.Join(n.prefixes(l.Index), ",")
		if m := n.LinkName(l.Master); m != "" && addresses == "" {
			addresses = "(port of " + m + ")"
		}
		rows = append(rows, []string{
			l.Name, strconv.Itoa(l.Index), linkKind(l), l.OperState, l.Address.String(), strconv.Itoa(l.MTU), addresses, n.end(l.Index),
		})
	}
	return columns(rows)
}

func linkKind(l *dump.Link) string {
	switch {
	case l.Kind != "":
		return l.Kind
	case l.Flags.Has(dump.Loopback):
		return state.Loopback{}.Kind()
	}
	return "device"
}

func (n *insideNode) prefixes(index int) []string {
	var list []string
	for _, a := range n.AddressesOf(index) {
		list = append(list, a.Prefix.String())
	}
	return list
}

func (n *insideNode) addressLines() []string {
	var list []string
	for _, a := range n.Addresses {
		line := a.Prefix.String()
		if a.Label != "" && a.Label != n.Interface {
			line += " label " + a.Label
		}
		if a.Valid != dump.Forever {
			line += fmt.Sprintf(" for %d s", a.Valid)
		}
		list = append(list, line)
	}
	return list
}

// detail says what one interface is and has done.
func (n *insideNode) detail(l *dump.Link) []string {
	rows := [][]string{
		{"kind", linkKind(l)},
		{"index", strconv.Itoa(l.Index)},
		{"state", l.OperState},
		{"mac", l.Address.String()},
		{"mtu", strconv.Itoa(l.MTU)},
	}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, []string{key, value})
		}
	}
	add("peer", n.end(l.Index))
	add("master", n.Master)
	add("alias", l.Alias)
	add("altnames", strings.Join(l.AltNames, " "))
	add("queues", fmt.Sprintf("%d out, %d in, %d packets long", l.TxQueues, l.RxQueues, l.TxQueueLen))
	if s := l.Stats; s != nil {
		add("received", fmt.Sprintf("%d bytes, %d packets, %d errors, %d dropped", s.RxBytes, s.RxPackets, s.RxErrors, s.RxDropped))
		add("sent", fmt.Sprintf("%d bytes, %d packets, %d errors, %d dropped", s.TxBytes, s.TxPackets, s.TxErrors, s.TxDropped))
	}
	return columns(rows)
}

// qdiscLines leaves out, of a whole node, those that do nothing.
func (n *insideNode) qdiscLines() []string {
	shown := []dump.Qdisc{}
	for _, q := range n.Qdiscs {
		if q.Kind != "noqueue" || n.Interface != "" {
			shown = append(shown, q)
		}
	}
	return lines(iproute2.Qdiscs(shown, n.Namespace))
}

func (n *insideNode) socketRows() [][]string {
	var rows [][]string
	for _, s := range n.Sockets {
		where := s.Local.String()
		if s.Protocol == "unix" {
			where = s.Path
		}
		if dev := n.LinkName(s.Link); dev != "" {
			where += "%" + dev
		}
		var holders []string
		for _, h := range s.Processes {
			holders = append(holders, fmt.Sprintf("%s (%d)", h.Name, h.PID))
		}
		rows = append(rows, []string{s.Protocol, where, strings.Join(holders, ", ")})
	}
	return rows
}

func (n *insideNode) sysctlLines() []string {
	var list []string
	for _, s := range n.Sysctls {
		list = append(list, s.Key+" = "+s.Value)
	}
	return list
}

func (n *insideNode) processRows() [][]string {
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

// linkOfSetting returns the link that a sysctl is about, "" if it is about none.
func linkOfSetting(key string) string {
	parts := strings.Split(key, ".")
	if len(parts) != 5 || parts[2] != "conf" && parts[2] != "neigh" {
		return ""
	}
	return strings.ReplaceAll(parts[3], "/", ".")
}
