package iproute2

import (
	"fmt"
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

func printSetLink(op plan.SetLink) []string {
	c := ip(op.Link.Namespace, "link", "set", op.Link.Link)
	if op.Alias != nil {
		c = append(c, "alias", *op.Alias)
	}
	if !op.MAC.IsZero() {
		c = append(c, "address", op.MAC.String())
	}
	if op.MTU != 0 {
		c = append(c, "mtu", strconv.Itoa(op.MTU))
	}
	switch {
	case op.Master == nil:
	case *op.Master == "":
		c = append(c, "nomaster")
	default:
		c = append(c, "master", *op.Master)
	}
	if op.AutoLinkLocal != nil {
		c = append(c, "addrgenmode", choose(*op.AutoLinkLocal, "eui64", "none"))
	}
	if op.Up != nil {
		c = append(c, choose(*op.Up, "up", "down"))
	}
	return c
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// device is what a new link has whatever its kind.
type device struct {
	name  string
	index int
	mac   topo.MAC
	mtu   int
	netns string // "" where the command does not say
}

// words returns the device as it stands behind "link add" and behind "peer".
func (d device) words() []string {
	c := []string{d.name}
	if d.index != 0 {
		c = append(c, "index", strconv.Itoa(d.index))
	}
	if !d.mac.IsZero() {
		c = append(c, "address", d.mac.String())
	}
	if d.mtu != 0 {
		c = append(c, "mtu", strconv.Itoa(d.mtu))
	}
	return c
}

// read takes one option of the device and reports whether it was one.
func (d *device) read(w *words) (bool, error) {
	var err error
	switch {
	case w.skip("index"):
		d.index, err = w.number("an interface number", 1, maxIndex)
	case w.skip("address"):
		d.mac, err = w.mac()
	case w.skip("mtu"):
		d.mtu, err = w.number("an MTU in bytes", 1, maxIndex)
	case w.skip("netns"):
		d.netns, err = w.value("the name of a namespace")
	case w.skip("name") || w.skip("dev"):
		d.name, err = w.value("a name")
	case d.name == "" && w.more() && w.peek() != "type" && w.peek() != "peer":
		d.name, err = w.value("a name")
	default:
		return false, nil
	}
	return true, err
}

// readAll takes options of the device as long as there are any.
func (d *device) readAll(w *words) error {
	for {
		if ok, err := d.read(w); !ok || err != nil {
			return err
		}
	}
}

// maxIndex is the highest interface number.
const maxIndex = 1<<31 - 1

func (w *words) number(what string, low, high int) (int, error) {
	n, err := strconv.Atoi(w.peek())
	if err != nil || n < low || n > high {
		return 0, w.unexpected(what)
	}
	w.next()
	return n, nil
}

func (w *words) mac() (topo.MAC, error) {
	m, err := topo.ParseMAC(w.peek())
	if err != nil || m.IsZero() {
		return topo.MAC{}, w.unexpected("a MAC address")
	}
	w.next()
	return m, nil
}

// linkKinds are the kinds of link that can be made. Each reads what follows
// its name.
var linkKinds = map[string]func(w *words, namespace string, d device) (plan.Op, error){
	state.Veth{}.Kind():   parseVeth,
	state.Bridge{}.Kind(): parseAddBridge,
}

func parseLink(w *words, namespace string) (plan.Op, error) {
	switch verb := w.next(); {
	case abbreviates(verb, "add", "a"):
		return parseAddLink(w, namespace)
	case abbreviates(verb, "set", "s"):
		return parseSetLink(w, namespace)
	case abbreviates(verb, "delete", "d"):
		w.skip("dev")
		name, err := w.value("the name of a link")
		return plan.DelLink{Link: state.Endpoint{Namespace: namespace, Link: name}}, err
	}
	return nil, w.back().unexpected("add, set or del")
}

func parseAddLink(w *words, namespace string) (plan.Op, error) {
	var d device
	if err := d.readAll(w); err != nil {
		return nil, err
	}
	if !w.skip("type") {
		return nil, w.unexpected("type")
	}
	kind, ok := linkKinds[w.peek()]
	if !ok {
		return nil, w.unexpected("veth or bridge")
	}
	if d.name == "" {
		return nil, fmt.Errorf("the link has no name")
	}
	w.next()
	if d.netns != "" {
		namespace = d.netns
	}
	return kind(w, namespace, d)
}

func parseSetLink(w *words, namespace string) (plan.Op, error) {
	w.skip("dev")
	name, err := w.value("the name of a link")
	if err != nil {
		return nil, err
	}
	op := plan.SetLink{Link: state.Endpoint{Namespace: namespace, Link: name}}
	if w.skip("type") {
		return parseSetBridge(w, op.Link)
	}
	if !w.more() {
		return nil, w.unexpected("a change")
	}
	for w.more() {
		if err := readChange(w, &op); err != nil {
			return nil, err
		}
	}
	return op, nil
}

// readChange takes one change of a link.
func readChange(w *words, op *plan.SetLink) error {
	var err error
	switch {
	case w.skip("up"):
		op.Up = new(true)
	case w.skip("down"):
		op.Up = new(false)
	case w.skip("nomaster"):
		op.Master = new("")
	case w.skip("master"):
		var master string
		master, err = w.value("the name of a bridge")
		op.Master = &master
	case w.skip("alias"):
		op.Alias = new(w.next()) // "" takes the alias away
	case w.skip("address"):
		op.MAC, err = w.mac()
	case w.skip("mtu"):
		op.MTU, err = w.number("an MTU in bytes", 1, maxIndex)
	case w.skip("addrgenmode"):
		return readAddrGenMode(w, op)
	case w.peek() == "netns":
		return fmt.Errorf("moving a link is not supported: make it where it belongs, with `netns` at its end of `link add`")
	default:
		return w.unexpected("up, down, master, nomaster, alias, address, mtu or addrgenmode")
	}
	return err
}

func readAddrGenMode(w *words, op *plan.SetLink) error {
	switch {
	case w.skip("none"):
		op.AutoLinkLocal = new(false)
	case w.skip("eui64"):
		op.AutoLinkLocal = new(true)
	default:
		return w.unexpected("none or eui64")
	}
	return nil
}
