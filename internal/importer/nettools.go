package importer

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// netTools follows ifconfig and route of net-tools as the equivalent ip commands.
func (d *Draft) netTools(c shell.Command) shell.Result {
	t := translation{}
	var err error
	if path.Base(c.Words[0]) == "ifconfig" {
		err = d.ifconfig(&t, c.Where, c.Words[1:])
	} else {
		err = t.route(c.Words[1:])
	}
	if err != nil {
		d.commands++
		d.note(c, err.Error())
		return shell.Result{}
	}
	if len(t.lost) > 0 {
		d.note(c, fmt.Sprintf("lab files do not support %q", strings.Join(t.lost, " ")))
	}
	last := shell.Result{}
	for _, words := range t.commands {
		last = d.apply(c, append([]string{"ip"}, words...))
	}
	return last
}

// A translation is a net-tools command in terms of ip.
type translation struct {
	commands [][]string // of ip
	lost     []string   // words that lab files do not support
}

func (t *translation) add(words ...string) { t.commands = append(t.commands, words) }

// An interfaceCommand is the parsed ifconfig LINK ….
type interfaceCommand struct {
	address, mask string
	add, del      []string // further addresses
	up, down      bool
}

// ifconfig reads ifconfig LINK [ADDRESS[/LENGTH]] [netmask MASK] [add|del ADDRESS]
// [hw ether MAC] [mtu N] [up|down].
func (d *Draft) ifconfig(t *translation, where string, args []string) error {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) < 2 {
		return nil // only shows
	}
	name := args[0]
	link, _, isAlias := strings.Cut(name, ":")
	c, err := t.readInterface(link, args[1:])
	if err != nil {
		return err
	}
	if isAlias && c.address != "" {
		t.lost = append(t.lost, "label "+name)
	}
	at := state.Endpoint{Namespace: where, Link: name}
	if c.address != "" || c.mask != "" {
		if err := d.setAddress(t, at, link, c); err != nil {
			return err
		}
	}
	if err := errors.Join(t.addresses("add", link, c.add), t.addresses("del", link, c.del)); err != nil {
		return err
	}
	switch old, ok := d.aliases[at]; {
	case c.down && isAlias && ok: // setting an alias down deletes it
		delete(d.aliases, at)
		t.add("addr", "del", old.String(), "dev", link)
	case c.down && !isAlias:
		t.add("link", "set", "dev", link, "down")
	case c.up || c.address != "":
		t.add("link", "set", "dev", link, "up")
	}
	return nil
}

func (t *translation) addresses(verb, link string, list []string) error {
	for _, a := range list {
		p, err := classful(a, "")
		if err != nil {
			return err
		}
		t.add("addr", verb, p.String(), "dev", link)
	}
	return nil
}

// readInterface reads the words after the name of a link.
func (t *translation) readInterface(link string, words []string) (c interfaceCommand, err error) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		value := func() string {
			if i++; i < len(words) {
				return words[i]
			}
			err = fmt.Errorf("missing value of %s", word)
			return ""
		}
		switch word {
		case "inet":
		case "up":
			c.up = true
		case "down":
			c.down = true
		case "netmask":
			c.mask = value()
		case "add", "inet6":
			if word == "inet6" && i+1 < len(words) && words[i+1] == "del" {
				i++
				c.del = append(c.del, value())
				continue
			}
			if word == "inet6" && i+1 < len(words) && words[i+1] == "add" {
				i++
			}
			c.add = append(c.add, value())
		case "del":
			c.del = append(c.del, value())
		case "mtu":
			t.add("link", "set", "dev", link, "mtu", value())
		case "hw":
			value() // ether
			t.add("link", "set", "dev", link, "address", value())
		case "broadcast", "pointopoint", "dstaddr", "metric", "txqueuelen", "tunnel", "media", "mem_start", "irq", "io_addr":
			t.lost = append(t.lost, word+" "+value())
		case "arp", "-arp", "promisc", "-promisc", "allmulti", "-allmulti", "multicast", "-multicast", "dynamic", "trailers", "-trailers", "-pointopoint", "-broadcast":
			t.lost = append(t.lost, word)
		default:
			c.address = word
		}
	}
	return c, err
}

// setAddress sets the IPv4 address of a link or alias. It replaces the one with that
// label; see devinet_ioctl in the kernel's net/ipv4/devinet.c.
func (d *Draft) setAddress(t *translation, at state.Endpoint, link string, c interfaceCommand) error {
	old := d.addressOf(at, link)
	address := c.address
	switch {
	case address == "" && !old.IsValid():
		return fmt.Errorf("cannot set the netmask of %s: it has no address", at.Link)
	case address == "":
		address = old.Addr().String()
	case address == "default":
		address = "0.0.0.0"
	}
	p, err := classful(address, c.mask)
	if err != nil {
		return err
	}
	if p.Addr().Is6() {
		t.add("addr", "add", p.String(), "dev", link)
		return nil
	}
	if p.Addr() == old.Addr() && c.mask == "" && !strings.Contains(address, "/") {
		return nil // the mask stays
	}
	if old.IsValid() && old != p {
		t.add("addr", "del", old.String(), "dev", link)
	}
	delete(d.aliases, at)
	if !p.Addr().IsUnspecified() && old != p {
		t.add("addr", "add", p.String(), "dev", link)
	}
	if at.Link != link && !p.Addr().IsUnspecified() {
		d.aliases[at] = p
	}
	return nil
}

// addressOf returns the IPv4 address that ifconfig shows for a link or an alias.
func (d *Draft) addressOf(at state.Endpoint, link string) netip.Prefix {
	if at.Link != link {
		return d.aliases[at]
	}
	l := d.state.Link(at)
	if l == nil {
		return netip.Prefix{}
	}
	for _, p := range l.Addresses {
		alias := false
		for other, q := range d.aliases {
			alias = alias || other.Namespace == at.Namespace && q == p && strings.HasPrefix(other.Link, link+":")
		}
		if p.Addr().Is4() && !alias {
			return p
		}
	}
	return netip.Prefix{}
}

// classful returns an address with its prefix length: as written, from the mask, or by
// its class A, B or C.
func classful(address, mask string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(address); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is not an address", address)
	}
	bits := a.BitLen()
	switch {
	case mask != "":
		m, err := netip.ParseAddr(mask)
		if err != nil || !m.Is4() {
			return netip.Prefix{}, fmt.Errorf("%q is not a netmask", mask)
		}
		bits = 0
		for _, b := range m.AsSlice() {
			bits += strings.Count(strconv.FormatUint(uint64(b), 2), "1")
		}
	case a.Is4():
		switch first := a.As4()[0]; {
		case first < 128:
			bits = 8
		case first < 192:
			bits = 16
		default:
			bits = 24
		}
	}
	return netip.PrefixFrom(a, bits), nil
}

// route reads route add|del [-net|-host] TO [netmask M] [gw G] [metric N] [dev D].
func (t *translation) route(args []string) error {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-net" && args[0] != "-host" {
		if args[0] == "-A" && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return nil // only shows
	}
	verb := args[0]
	if verb != "add" && verb != "del" {
		return fmt.Errorf("cannot read route %s (want add or del)", verb)
	}
	to, mask := "", ""
	var rest []string
	for i := 1; i < len(args); i++ {
		a, value := args[i], ""
		switch a {
		case "netmask", "gw", "metric", "dev", "mss", "window", "irtt":
			if i++; i == len(args) {
				return fmt.Errorf("missing value of %s", a)
			}
			value = args[i]
		}
		switch a {
		case "-net", "-host":
		case "netmask":
			mask = value
		case "gw":
			rest = append(rest, "via", value)
		case "metric", "dev":
			rest = append(rest, a, value)
		case "mss", "window", "irtt":
			t.lost = append(t.lost, a+" "+value)
		case "reject", "mod", "dyn", "reinstate":
			return fmt.Errorf("lab files do not support routes with %q", a)
		default:
			if to == "" {
				to = a
			} else {
				rest = append(rest, "dev", a)
			}
		}
	}
	to, err := destination(to, mask, args)
	if err != nil {
		return err
	}
	t.add(append([]string{"route", verb, to}, rest...)...)
	return nil
}

// destination returns the destination of a route as ip writes it.
func destination(to, mask string, args []string) (string, error) {
	if to == "default" || strings.Contains(to, "/") {
		return to, nil
	}
	p, err := classful(to, mask)
	if err != nil {
		return "", err
	}
	if mask == "" && !slices.Contains(args, "-net") {
		p = netip.PrefixFrom(p.Addr(), p.Addr().BitLen())
	}
	if p.Bits() == 0 || p.Addr().IsUnspecified() && mask == "" {
		return "default", nil
	}
	return p.Masked().String(), nil
}
