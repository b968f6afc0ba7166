package iproute2

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
)

// A Query is a command of ip that shows something.
type Query struct {
	Namespace string // where; "": the one that it is run in
	Object    string // address, link, route, rule, neighbor or netns

	family                                          plan.Family
	asJSON, pretty, brief, oneline, details, counts bool

	dev, master, kind string
	up, proxy         bool
	table             string // "": main
	to                netip.Prefix

	// Get is the address that the kernel is asked the way to (ip route get); invalid:
	// it is not asked.
	Get netip.Addr
	UID int // who asks, for Get: there may be a rule for some users
}

// queries are the objects of ip that can be shown, in ip's own order.
var queries = []verb{
	{"address", "a"}, {"route", "r"}, {"rule", "ru"}, {"neighbor", "n"}, {"neighbour", "n"}, {"link", "l"}, {"netns", "net"},
}

// ParseQuery reads the words of a command behind "ip". Nil and no error: it is none
// that shows something, but one for [Parse].
func ParseQuery(args []string) (*Query, error) {
	w := &words{list: args}
	q := &Query{}
	if err := q.readOptions(w); err != nil {
		return nil, err
	}
	object, err := w.verb(queries...)
	if err != nil {
		return nil, nil
	}
	if object == "neighbour" {
		object = "neighbor"
	}
	q.Object = object
	if object == "route" && w.skip("get", "g", "ge") {
		w.skip("to")
		q.Get, err = w.addr()
		if err == nil && w.more() {
			err = w.unsupported("only the way to an address can be asked for")
		}
		return q, err
	}
	if w.more() && !w.skip("show", "list", "lst", "l", "ls", "sh", "sho", "li", "lis") && (object == "link" || !w.skip("s")) {
		return nil, nil // "ip link s" is set
	}
	return q, q.readSelection(w)
}

// readOptions takes what stands between ip and its object. An option that no Query
// has is left for [Parse] to refuse.
func (q *Query) readOptions(w *words) error {
	for strings.HasPrefix(w.peek(), "-") {
		var err error
		switch {
		case w.skip("-n", "-net", "-netns"):
			q.Namespace, err = w.value("the name of a namespace")
		case w.skip("-4"):
			q.family = plan.IPv4Only
		case w.skip("-6"):
			q.family = plan.IPv6Only
		case w.skip("-f", "-family"):
			err = w.readFamily()
			q.family = w.family
		case w.skip("-j", "-js", "-json", "--json"):
			q.asJSON = true
		case w.skip("-p", "-pretty"):
			q.pretty = true
		case w.skip("-br", "-brief"):
			q.brief = true
		case w.skip("-o", "-oneline"):
			q.oneline = true
		case w.skip("-d", "-details"):
			q.details = true
		case w.skip("-s", "-stats", "-statistics"):
			q.counts = true
		case w.skip("-c", "-color", "-r", "-resolve", "-t", "-N", "-Numeric", "-h", "-human"):
		default:
			w.next()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readSelection takes what stands behind show.
func (q *Query) readSelection(w *words) (err error) {
	for w.more() && err == nil {
		switch {
		case w.skip("dev"):
			q.dev, err = w.value("the name of a link")
		case w.skip("up"):
			q.up = true
		case w.skip("proxy"):
			q.proxy = true
		case w.skip("master"):
			q.master, err = w.value("the name of a bridge")
		case w.skip("type"):
			q.kind, err = w.value("a kind of link")
		case w.skip("table", "t"):
			q.table, err = w.value("the name of a table")
		case q.Object == "route":
			err = q.readDestination(w)
		case q.Object == "netns" || q.Object == "rule" || q.dev != "" || strings.HasPrefix(w.peek(), "-"):
			err = w.unexpected("dev", "up", "master", "type")
		default:
			q.dev = w.next()
		}
	}
	return err
}

func (q *Query) readDestination(w *words) (err error) {
	w.skip("to", "exact")
	if w.skip("default", "any", "all") {
		q.to = everything(q.family == plan.IPv6Only)
		return nil
	}
	q.to, err = w.prefix()
	if err == nil && q.family == plan.AllFamilies && q.to.Addr().Is6() {
		q.family = plan.IPv6Only
	}
	return err
}

// Show answers a query about what a namespace shows, as ip does: lines, or JSON.
// The error says that there is no such link.
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

// ShowWay answers a query for the way to an address, which the kernel has told.
func (q *Query) ShowWay(ns *dump.Namespace, r dump.Route) (string, error) {
	fs := q.way(ns, r)
	return q.write([]fields{fs})
}

// ShowNamespaces answers a query for the names of namespaces, with the numbers by
// which the namespace where it is asked calls them; negative: by none.
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

// prefixOf returns an address as a prefix of its whole length.
func prefixOf(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

// Show answers the query that the words behind "ip" ask about a namespace.
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
