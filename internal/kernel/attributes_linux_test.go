package kernel

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

type usesCase struct {
	uses   attributeUses
	last   uint16 // the last attribute that Linux 7.2 has
	decode func(attribute) any
}

// usesOf are all tables of attributes but those of kinds of link, each with how an object is decoded that has one
// attribute of it and no other.
var usesOf = map[string]usesCase{
	"link": {linkUses, iflaTailroom, func(a attribute) any { return linkWith(a) }},
	"inet6": {linkINET6Uses, unix.IFLA_INET6_RA_MTU, func(a attribute) any {
		return nested(unix.IFLA_AF_SPEC, attribute{unix.AF_INET6, encoded(a)})
	}},
	"port":    {portUses, iflaBrportNeighForwardGrat, func(a attribute) any { return *decodePort(list(a)) }},
	"address": {addressUses, ifaProto, func(a attribute) any { return first(decodeAddress(message4(unix.SizeofIfAddrmsg, a))) }},
	"route":   {routeUses, rtaFlowLabel, func(a attribute) any { return first(decodeWay(message4(unix.SizeofRtMsg, a))) }},
	"metric": {metricUses, unix.RTAX_FASTOPEN_NO_COOKIE, func(a attribute) any {
		return first(decodeWay(message4(unix.SizeofRtMsg, attribute{unix.RTA_METRICS, encoded(a)})))
	}},
	"rule":      {ruleUses, fraDSCPMask, func(a attribute) any { return first(decodeRule(message4(unix.SizeofRtMsg, a))) }},
	"neighbour": {neighbourUses, ndaFlagsExt, func(a attribute) any { return first(decodeNeighbour(message4(unix.SizeofNdMsg, a))) }},
	"fdb": {fdbUses, ndaFlagsExt, func(a attribute) any {
		return first(decodeFDBEntry(append([]byte{unix.AF_BRIDGE}, message4(unix.SizeofNdMsg, a)[1:]...)))
	}},
}

func first[T any](t T, _ bool) T { return t }

// list returns an attribute in a list, none if it is the zero one.
func list(a attribute) []attribute {
	if a.typ == 0 {
		return nil
	}
	return []attribute{a}
}

func encoded(all ...attribute) []byte {
	var b batch
	for _, a := range all {
		if a.typ != 0 {
			b.attr(a.typ, a.data)
		}
	}
	return b.buf
}

// message4 returns a message of IPv4 that has a header of that size.
func message4(size int, a attribute) []byte {
	head := make([]byte, size)
	head[0] = unix.AF_INET
	return append(head, encoded(a)...)
}

func linkWith(all ...attribute) dump.Link {
	l, _ := decodeLink(append(make([]byte, unix.SizeofIfInfomsg), encoded(all...)...))
	return l
}

func nested(typ uint16, all ...attribute) dump.Link {
	return linkWith(attribute{typ, encoded(all...)})
}

// samples returns an attribute with different contents: numbers of each size, and such
// that contain attributes or an address with its family.
func samples(typ uint16) []attribute {
	all := []attribute{{typ, []byte{0}}, {typ, []byte{unix.AF_INET, 0, 192, 0, 2, 1}}}
	for _, size := range []int{1, 2, 4, 8, 16, 200} {
		data := make([]byte, size)
		for i := range data {
			data[i] = 1
		}
		all = append(all, attribute{typ, data})
	}
	inner := encoded(attribute{unix.RTAX_MTU, []byte{1, 1, 1, 1}}, attribute{unix.IFLA_ALT_IFNAME, []byte("x\x00")}, attribute{unix.AF_INET6, encoded(attribute{unix.IFLA_INET6_ADDR_GEN_MODE, []byte{3}})}, attribute{unix.IFLA_INFO_KIND, []byte("bridge\x00")})
	hop := append([]byte{8, 0, 0, 0, 1, 0, 0, 0}, inner...)
	return append(all, attribute{typ, inner}, attribute{typ, hop})
}

// An attribute that a table calls held changes the decoded object, and no other does. One
// that is neither held nor made by the kernel is reported, and so is an unknown one.
func TestAttributeUses(t *testing.T) {
	cases := maps.Clone(usesOf)
	for kind, row := range linkKinds {
		if known := slices.Sorted(maps.Keys(row.uses.uses)); len(known) > 0 {
			cases[kind] = usesCase{row.uses, known[len(known)-1], func(a attribute) any { return row.decode(list(a)) }}
		}
	}
	for name, c := range cases {
		empty := c.decode(attribute{})
		for typ := uint16(1); typ <= c.last; typ++ {
			use, known := c.uses.uses[typ]
			if !known {
				if c.uses.other(attribute{typ, []byte{0}}) == "" {
					t.Errorf("%s: the unknown attribute %d is not reported", name, typ)
				}
				continue
			}
			if made := use.made != ""; made == (use.held || use.name != "") {
				t.Errorf("%s: the attribute %d is made by the kernel and configured, or neither", name, typ)
			}
			changes, reported := false, false
			for _, a := range samples(typ) {
				changes = changes || !reflect.DeepEqual(withoutOther(c.decode(a)), withoutOther(empty))
				reported = reported || c.uses.other(a) != ""
			}
			if changes != use.held {
				t.Errorf("%s: the attribute %d is held: %v, and decoded: %v", name, typ, use.held, changes)
			}
			if reported != (use.name != "") {
				t.Errorf("%s: the attribute %d is to be reported: %v, and is: %v", name, typ, use.name != "", reported)
			}
		}
	}
}

// withoutOther returns an object without its field Other.
func withoutOther(o any) any {
	v := reflect.New(reflect.TypeOf(o)).Elem()
	v.Set(reflect.ValueOf(o))
	if f := v.FieldByName("Other"); f.IsValid() {
		f.SetString("")
	}
	return v.Interface()
}

// The tables know every attribute that this kernel shows, and what it gives a new object.
func TestNewObjectsHaveNoOtherAttributes(t *testing.T) {
	netnstest.Need(t)
	for _, up := range []bool{false, true} {
		err := netns.InTemp(func() error {
			return inside(func(c *conn) error {
				ns, err := newObjects(c, up)
				if err != nil {
					return err
				}
				for _, l := range ns.Links {
					if l.Other != "" && !dump.Fallback(l.Name, l.Kind) {
						t.Errorf("%s of kind %q, up %v: %s", l.Name, l.Kind, up, l.Other)
					}
				}
				for what, other := range othersOf(ns) {
					t.Errorf("%s, up %v: %s", what, up, other)
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// othersOf returns the other attributes of the objects that are not links.
func othersOf(ns *dump.Namespace) map[string]dump.Attributes {
	found := map[string]dump.Attributes{}
	for _, a := range ns.Addresses {
		found["address "+a.Prefix.String()] = a.Other
	}
	for _, r := range ns.Routes {
		found["route "+r.To.String()] = r.Other
	}
	for _, r := range ns.Rules {
		found[fmt.Sprint("rule ", r.Priority)] = r.Other
	}
	for _, n := range ns.Neighbours {
		found["neighbour "+n.To.String()] = n.Other
	}
	for _, e := range ns.FDB {
		found["entry "+e.Address.String()] = e.Other
	}
	maps.DeleteFunc(found, func(_ string, other dump.Attributes) bool { return other == "" })
	return found
}

// newObjects makes a bridge with a port, and reads what there is. The kinds that this
// kernel lacks are left out.
func newObjects(c *conn, up bool) (*dump.Namespace, error) {
	var b batch
	var change, flags uint32
	if up {
		change, flags = unix.IFF_UP, unix.IFF_UP
	}
	add := func(name, kind string, master uint32) error {
		b.message(unix.RTM_NEWLINK, createNew, func() {
			b.ifinfo(0, flags, change)
			b.text(unix.IFLA_IFNAME, name)
			if master != 0 {
				b.u32(unix.IFLA_MASTER, master)
			}
			b.kindInfo(kind, func() {})
		})
		return c.do(&b)
	}
	if err := add("br0", "bridge", 0); err != nil {
		return nil, err
	}
	ns := &dump.Namespace{}
	if err := c.dumpLinks(ns); err != nil {
		return nil, err
	}
	if err := add("v0", "veth", uint32(ns.LinkNamed("br0").Index)); err != nil {
		return nil, err
	}
	for _, kind := range KindNames() {
		if linkKinds[kind].encode == nil && kind != "veth" {
			_ = add("x"+strings.ToLower(kind), kind, 0) // this kernel may lack it
		}
	}
	b.message(unix.RTM_NEWLINK, 0, func() { b.ifinfo(loIndex, unix.IFF_UP, unix.IFF_UP) })
	if err := c.do(&b); err != nil {
		return nil, err
	}
	return dumpInside("")
}

// A kind that labs can have has a table of its attributes, so that none is lost.
func TestKindsHaveAttributeUses(t *testing.T) {
	for name, row := range linkKinds {
		if row.kind != nil && row.decode != nil && len(row.uses.uses) == 0 {
			t.Errorf("%s has no attributeUses", name)
		}
	}
}
