// Package ipshow prints a [dump.Namespace] as ip and tc of iproute2 do, byte for byte,
// in text and JSON. There is one file per object of ip. The package is pure.
package ipshow

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/iproute2/argv"
	"github.com/vethlab/vethlab/internal/plan"
)

// A Query is a command of ip that shows something.
type Query struct {
	Namespace string // -n; "": the current namespace
	Object    string // address, link, route, rule, neighbor or netns

	family                                          plan.Family
	asJSON, pretty, brief, oneline, details, counts bool

	dev, master, kind string
	up, proxy         bool
	table             string // "": main
	to                netip.Prefix

	// Get is the address of ip route get; invalid: another command.
	Get netip.Addr
	UID int // of the caller of ip route get, for rules with uidrange
}

// queries are the objects of ip that can be shown, in ip's own order.
var queries = []argv.Verb{
	{"address", "a"}, {"route", "r"}, {"rule", "ru"}, {"neighbor", "n"}, {"neighbour", "n"}, {"link", "l"}, {"netns", "net"},
}

// ParseQuery parses the words after "ip". It returns nil and no error if the command
// changes something.
func ParseQuery(args []string) (*Query, error) {
	w := &argv.Words{List: args}
	q := &Query{}
	if err := q.readOptions(w); err != nil {
		return nil, err
	}
	object, err := w.Verb(queries...)
	if err != nil {
		return nil, nil
	}
	if object == "neighbour" {
		object = "neighbor"
	}
	q.Object = object
	if object == "route" && w.Skip("get", "g", "ge") {
		w.Skip("to")
		q.Get, err = w.Addr()
		if err == nil && w.More() {
			err = fmt.Errorf("%s: unsupported after ip route get ADDRESS", w.Place())
		}
		return q, err
	}
	if w.More() && !w.Skip("show", "list", "lst", "l", "ls", "sh", "sho", "li", "lis") && (object == "link" || !w.Skip("s")) {
		return nil, nil // "ip link s" is set
	}
	return q, q.readSelection(w)
}

// readOptions parses the options between ip and its object. It skips unknown ones,
// which package iproute2 refuses.
func (q *Query) readOptions(w *argv.Words) error {
	for strings.HasPrefix(w.Peek(), "-") {
		var err error
		switch {
		case w.Skip("-n", "-net", "-netns"):
			q.Namespace, err = w.Value("the name of a namespace")
		case w.Skip("-4"):
			q.family = plan.IPv4Only
		case w.Skip("-6"):
			q.family = plan.IPv6Only
		case w.Skip("-f", "-family"):
			err = q.readFamily(w)
		case w.Skip("-j", "-js", "-json", "--json"):
			q.asJSON = true
		case w.Skip("-p", "-pretty"):
			q.pretty = true
		case w.Skip("-br", "-brief"):
			q.brief = true
		case w.Skip("-o", "-oneline"):
			q.oneline = true
		case w.Skip("-d", "-details"):
			q.details = true
		case w.Skip("-s", "-stats", "-statistics"):
			q.counts = true
		case w.Skip("-c", "-color", "-r", "-resolve", "-t", "-N", "-Numeric", "-h", "-human"):
		default:
			w.Next()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *Query) readFamily(w *argv.Words) error {
	switch {
	case w.Skip("inet"):
		q.family = plan.IPv4Only
	case w.Skip("inet6"):
		q.family = plan.IPv6Only
	default:
		return w.Unexpected("inet", "inet6")
	}
	return nil
}

// readSelection parses what follows show.
func (q *Query) readSelection(w *argv.Words) (err error) {
	for w.More() && err == nil {
		switch {
		case w.Skip("dev"):
			q.dev, err = w.Value("the name of a link")
		case w.Skip("up"):
			q.up = true
		case w.Skip("proxy"):
			q.proxy = true
		case w.Skip("master"):
			q.master, err = w.Value("the name of a bridge")
		case w.Skip("type"):
			q.kind, err = w.Value("a kind of link")
		case w.Skip("table", "t"):
			q.table, err = w.Value("the name of a table")
		case q.Object == "route":
			err = q.readDestination(w)
		case q.Object == "netns" || q.Object == "rule" || q.dev != "" || strings.HasPrefix(w.Peek(), "-"):
			err = w.Unexpected("dev", "up", "master", "type")
		default:
			q.dev = w.Next()
		}
	}
	return err
}

func (q *Query) readDestination(w *argv.Words) (err error) {
	w.Skip("to")
	w.Skip("exact")
	if w.Skip("default", "any", "all") {
		all := netip.IPv4Unspecified()
		if q.family == plan.IPv6Only {
			all = netip.IPv6Unspecified()
		}
		q.to = netip.PrefixFrom(all, 0)
		return nil
	}
	q.to, err = w.Prefix()
	if err == nil && q.family == plan.AllFamilies && q.to.Addr().Is6() {
		q.family = plan.IPv6Only
	}
	return err
}

// Show returns what ip prints for the query. It returns an error if the link does not
// exist.
func (q *Query) Show(ns *dump.Namespace) (string, error) {
	for _, name := range []string{q.dev, q.master} {
		if name != "" && ns.LinkNamed(name) == nil {
			return "", fmt.Errorf("device %q does not exist", name)
		}
	}
	var list []fields
	switch q.Object {
	case "link", "address":
		list = q.links(ns)
	case "route":
		list = q.routes(ns)
	case "rule":
		list = q.rules(ns)
	case "neighbor":
		list = q.neighbours(ns)
	}
	return q.write(list)
}

// ShowRouteGet returns the output of ip route get for a route of the kernel.
func (q *Query) ShowRouteGet(ns *dump.Namespace, r dump.Route) (string, error) {
	fs := q.routeGet(ns, r)
	return q.write([]fields{fs})
}

// ShowNamespaces returns the output of ip netns list: names with nsids; a negative nsid
// is unassigned.
func (q *Query) ShowNamespaces(names []string, numbers map[string]int32) (string, error) {
	var list []fields
	for _, name := range names {
		var fs fields
		fs.add("name", name, name)
		if id, ok := numbers[name]; ok && id >= 0 {
			fs.add("id", id, fmt.Sprintf(" (id: %d)", id))
		}
		fs.say("\n")
		list = append(list, fs)
	}
	return q.write(list)
}

func (q *Query) write(list []fields) (string, error) {
	if !q.asJSON {
		var text strings.Builder
		for _, fs := range list {
			text.WriteString(fs.text())
		}
		return text.String(), nil
	}
	if list == nil {
		list = []fields{}
	}
	out, err := json.Marshal(list)
	if q.pretty && err == nil {
		out = indented(out)
	}
	return string(out) + "\n", err
}

// prefixOf returns the /32 or /128 of an address.
func prefixOf(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

// Show returns what ip prints for args.
func Show(ns *dump.Namespace, args ...string) (string, error) {
	q, err := ParseQuery(args)
	if err == nil && q == nil {
		err = fmt.Errorf("%q shows nothing", slices.Concat([]string{"ip"}, args))
	}
	if err != nil {
		return "", err
	}
	return q.Show(ns)
}
