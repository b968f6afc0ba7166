package adopt

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
)

// old follows a command of the tools that were there before iproute2, as the one
// that ip would have for it.
func (d *Draft) old(c shell.Command) shell.Result {
	var commands [][]string
	var err error
	switch args := c.Words[1:]; path.Base(c.Words[0]) {
	case "ifconfig":
		commands, err = ifconfig(args)
	default:
		commands, err = route(args)
	}
	if err != nil {
		d.commands++
		d.note(c, err.Error())
		return shell.Result{}
	}
	last := shell.Result{}
	for _, words := range commands {
		last = d.play(c, append([]string{"ip"}, words...))
	}
	return last
}

// ifconfig reads ifconfig LINK [ADDRESS[/LENGTH]] [netmask MASK] [mtu N] [up|down].
func ifconfig(args []string) ([][]string, error) {
	if len(args) < 2 {
		return nil, nil // shows
	}
	link := args[0]
	address, mask, up := "", "", true
	var commands [][]string
	for i := 1; i < len(args); i++ {
		value := func() string {
			if i++; i < len(args) {
				return args[i]
			}
			return ""
		}
		switch args[i] {
		case "up":
		case "down":
			up = false
		case "netmask":
			mask = value()
		case "broadcast":
			value()
		case "mtu":
			commands = append(commands, []string{"link", "set", "dev", link, "mtu", value()})
		case "hw":
			value()
			commands = append(commands, []string{"link", "set", "dev", link, "address", value()})
		case "inet6":
			if i+1 < len(args) && args[i+1] == "add" {
				i++
			}
			address = value()
		case "inet", "add":
			address = value()
		default:
			address = args[i]
		}
	}
	if address != "" {
		p, err := classful(address, mask)
		if err != nil {
			return nil, err
		}
		commands = append(commands, []string{"addr", "add", p.String(), "dev", link})
	}
	state := "down"
	if up {
		state = "up"
	}
	return append(commands, []string{"link", "set", "dev", link, state}), nil
}

// classful returns an address with the length of its subnet: as written, by a mask,
// or as in the times before either.
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
func route(args []string) ([][]string, error) {
	for len(args) > 0 && (args[0] == "-A" || args[0] == "-n") {
		args = args[min(len(args), 1+len(args[0])-1):]
	}
	if len(args) == 0 {
		return nil, nil // shows
	}
	verb := args[0]
	if verb != "add" && verb != "del" {
		return nil, fmt.Errorf("of route only add and del are known")
	}
	to, mask := "", ""
	var rest []string
	for i := 1; i < len(args); i++ {
		switch a := args[i]; a {
		case "-net", "-host":
		case "netmask", "gw", "metric", "dev", "mss", "window":
			if i++; i == len(args) {
				return nil, fmt.Errorf("the command ends where a value of %s should be", a)
			}
			switch a {
			case "netmask":
				mask = args[i]
			case "gw":
				rest = append(rest, "via", args[i])
			case "metric", "dev":
				rest = append(rest, a, args[i])
			}
		default:
			if to == "" {
				to = a
			} else {
				rest = append(rest, "dev", a)
			}
		}
	}
	if to != "default" && !strings.Contains(to, "/") {
		bits, err := classful(to, mask)
		if err != nil {
			return nil, err
		}
		if mask == "" && slices.Contains(args, "-host") || mask == "" && !slices.Contains(args, "-net") {
			bits = netip.PrefixFrom(bits.Addr(), bits.Addr().BitLen())
		}
		if to = bits.Masked().String(); bits.Bits() == 0 {
			to = "default"
		}
	}
	return [][]string{append([]string{"route", verb, to}, rest...)}, nil
}
