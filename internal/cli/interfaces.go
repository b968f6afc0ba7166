package cli

import (
	"strconv"
	"strings"

	"github.com/vethlab/vethlab"
)

func interfaceHeading() []string {
	return []string{"NODE", "KIND", "INTERFACE", "INDEX", "STATE", "MAC", "MTU", "ADDRESSES", "PEER"}
}

func interfaceRows(interfaces []vethlab.Interface) [][]string {
	rows := make([][]string, len(interfaces))
	for n, i := range interfaces {
		rows[n] = []string{
			i.Node, string(i.Kind), i.Name, strconv.Itoa(i.Index), i.State,
			i.MAC.String(), strconv.Itoa(i.MTU), addressesShown(i), otherEnd(i),
		}
	}
	return rows
}

// otherEnd returns the peer of an interface, or "on" and its lower device.
func otherEnd(i vethlab.Interface) string {
	if i.Lower != "" {
		return "on " + i.Lower
	}
	return i.Peer
}

// addressesShown joins the addresses of an interface, without link-local ones. For a port
// without addresses it names the master.
func addressesShown(i vethlab.Interface) string {
	words := make([]string, 0, len(i.Addresses))
	for _, a := range i.Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			words = append(words, a.String())
		}
	}
	if len(words) == 0 && i.Master != "" {
		return "(port of " + i.Master + ")"
	}
	return strings.Join(words, ",")
}
