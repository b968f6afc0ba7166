package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
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
	return p.describe(n)
}

// describe writes a node as text, section by section. Those that are empty are
// left out.
func (p *program) describe(n *insideNode) error {
	p.out.print("%s\n", p.out.paint(bold, n.title()))
	if n.Interface != "" {
		if err := p.describeInterface(n); err != nil {
			return err
		}
	} else {
		p.section("Interfaces", "ip -d link, ip addr", n.linkLines())
	}
	p.section("Routes", "ip route show table all", ipshow.RouteLines(n.Namespace))
	p.section("Rules", "ip rule", ipshow.RuleLines(n.Namespace))
	p.section("Neighbours", "ip neigh", ipshow.NeighbourLines(n.Namespace))
	p.section("Queues", "tc qdisc", n.qdiscLines())
	p.section("Sockets", "ss -lnp", columns(n.socketRows()))
	p.section("Settings", "sysctl", n.sysctlLines())
	p.section("Packet filter", "nft list ruleset", lines(n.Nftables.String()))
	p.section("Processes", "ps", columns(n.processRows()))
	return nil
}

// describeInterface writes an interface and the addresses that it has.
func (p *program) describeInterface(n *insideNode) error {
	if err := p.asIP(n, "Interface", "-d", "-s", "link"); err != nil || len(n.Addresses) == 0 {
		return err
	}
	return p.asIP(n, "Addresses", "addr")
}

// asIP writes of the only interface what ip would show.
func (p *program) asIP(n *insideNode, heading string, args ...string) error {
	args = append(args, "show", "dev", n.Interface)
	text, err := ipshow.Show(n.around, args...)
	if err != nil {
		return err
	}
	p.section(heading, "ip "+strings.Join(args, " "), lines(text))
	return nil
}

func (n *insideNode) title() string {
	title, wired := n.Node, ""
	if n.Interface != "" {
		title += ":" + n.Interface
		if end := n.end(n.Links[0].Index); end != "" {
			wired = ", cabled to " + end
		}
	}
	if n.Name == state.Host {
		return title + ": the machine itself" + wired
	}
	return fmt.Sprintf("%s: %s of lab %s, namespace %s%s", title, n.Kind, n.Lab, n.Name, wired)
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
	rows = oneLiners(rows)
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

// qdiscLines leaves out, of a whole node, those that do nothing.
func (n *insideNode) qdiscLines() []string {
	shown := []dump.Qdisc{}
	for _, q := range n.Qdiscs {
		if q.Kind != "noqueue" || n.Interface != "" {
			shown = append(shown, q)
		}
	}
	return lines(ipshow.Qdiscs(shown, n.Namespace))
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
