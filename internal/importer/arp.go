package importer

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vethlab/vethlab/internal/shell"
	"github.com/vethlab/vethlab/internal/state"
)

// An arpCommand is a command of arp(8).
type arpCommand struct {
	verb   string   // s: set, d: delete, f: from a file; "": show
	words  []string // the host, its MAC and flags
	device string
}

func readARP(args []string) arpCommand {
	var c arpCommand
	for i := 0; i < len(args); i++ {
		value := ""
		if i+1 < len(args) {
			value = args[i+1]
		}
		switch w := args[i]; {
		case w == "-i" || w == "--device" || w == "dev":
			c.device, i = value, i+1
		case w == "-H" || w == "-t" || w == "--hw-type" || w == "-A" || w == "-p" || w == "--protocol":
			i++
		case w == "--set":
			c.verb = "s"
		case w == "--delete":
			c.verb = "d"
		case w == "--file":
			c.verb = "f"
		case len(w) > 1 && w[0] == '-' && w[1] != '-':
			for _, letter := range []string{"s", "d", "f"} {
				if strings.Contains(w, letter) {
					c.verb = letter
				}
			}
		case !strings.HasPrefix(w, "-"):
			c.words = append(c.words, w)
		}
	}
	return c
}

// arp follows arp -s and arp -d as the equivalent commands of ip.
func (d *Draft) arp(c shell.Command) shell.Result {
	a := readARP(c.Words[1:])
	if a.verb == "" {
		return shell.Unknown(c)
	}
	words, err := d.neighbourWords(c.Where, a)
	if err != nil {
		d.commands++
		d.note(c, err.Error())
		return shell.Result{}
	}
	return d.apply(c, words)
}

// neighbourWords returns the command of ip that does what a command of arp does.
func (d *Draft) neighbourWords(where string, a arpCommand) ([]string, error) {
	switch {
	case a.verb == "f":
		return nil, errors.New("lab files do not support entries in a file")
	case len(a.words) == 0:
		return nil, errors.New("cannot read arp: an address is missing")
	}
	address, err := netip.ParseAddr(a.words[0])
	if err != nil {
		return nil, fmt.Errorf("%q is not an address", a.words[0])
	}
	device := a.device
	if device == "" {
		if device = d.deviceTo(where, address); device == "" {
			return nil, fmt.Errorf("no link has a subnet with %s", address)
		}
	}
	if a.verb == "d" {
		return []string{"ip", "neigh", "del", address.String(), "dev", device}, nil
	}
	if len(a.words) < 2 {
		return nil, errors.New("cannot read arp -s: a MAC address is missing")
	}
	for _, flag := range a.words[2:] {
		return nil, fmt.Errorf("lab files do not support %q", flag)
	}
	return []string{"ip", "neigh", "replace", address.String(), "lladdr", a.words[1], "dev", device, "nud", "permanent"}, nil
}

// deviceTo returns the link whose subnet has an address, or "".
func (d *Draft) deviceTo(where string, address netip.Addr) string {
	ns := d.state.Namespace(where)
	if ns == nil {
		return ""
	}
	longest, device := -1, ""
	for _, name := range ns.LinkNames() {
		for _, p := range ns.Links[name].Addresses {
			if p.Masked().Contains(address) && p.Bits() > longest && name != state.Lo {
				longest, device = p.Bits(), name
			}
		}
	}
	return device
}
