package dump

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// kernelMade has the attributes that no user configures, with the reason: the kernel
// derives them from other attributes or from events. Users configure all others, see
// [Differences].
var kernelMade = map[string]string{
	"Link.Index":        "differs by namespace; the name is compared",
	"Link.Parent":       "an index; the name of the peer or lower device is compared",
	"Link.ParentNetns":  "an nsid; the name of the namespace is compared",
	"Link.Unbound":      "follows from the kind",
	"Link.OperState":    "a result of carrier and flags",
	"Link.Qdisc":        "the kind of the root qdisc, which is an object of its own",
	"Link.Promiscuity":  "counts requests, such as a bridge's for its ports; a flag shows whether it was set",
	"Link.AllMulti":     "counts requests; a flag shows whether it was set",
	"Link.MinMTU":       "a limit of the driver",
	"Link.MaxMTU":       "a limit of the driver",
	"Link.TSOMaxSize":   "a limit of the driver",
	"Link.TSOMaxSegs":   "a limit of the driver",
	"Link.TxQueues":     "follows from the number of processors",
	"Link.RxQueues":     "follows from the number of processors",
	"Link.PermAddress":  "a property of the hardware",
	"Link.ParentDevice": "a property of the hardware",
	"Link.ParentBus":    "a property of the hardware",
	"Link.Stats":        "counters",

	"Bridge.ID": "follows from priority and MAC",

	"Port.Number": "a number that the bridge hands out",

	"Address.Index": "differs by namespace; the name is compared",

	"Route.Index":   "differs by namespace; the name is compared",
	"Route.Expires": "time that is left of a router's advertisement",

	"Hop.Index": "differs by namespace; the name is compared",

	"Neighbour.Index": "differs by namespace; the name is compared",

	"FDBEntry.Index":  "differs by namespace; the name is compared",
	"FDBEntry.Master": "differs by namespace; the name is compared",

	"Qdisc.Index":            "differs by namespace; the name is compared",
	"Qdisc.Refs":             "counts the users of the object",
	"HTB.DirectPackets":      "a counter",
	"Macvlan.Tap":            "is in the kind",
	"Macvlan.BCQueueLenUsed": "the greatest of the lower device",
	"Tunnel.Name":            "is in the kind",
	"Namespace.Peers":        "nsids; the names of namespaces are compared",
	"Namespace.Name":         "identifies the namespace",
	"Namespace.Owner":        "says how much was read",
	"Namespace.Cuts":         "says how much was read",
	"Setting.Default":        "the value in a new namespace",
	"Namespace.Addresses":    "objects of their own", "Namespace.Links": "objects of their own", "Namespace.Routes": "objects of their own",
	"Namespace.Rules": "objects of their own", "Namespace.Neighbours": "objects of their own", "Namespace.FDB": "objects of their own",
}

// initial are values that the kernel gives to attributes which [Model] leaves out.
var initial = map[string][]any{
	"Link.GSOMaxSize":     {0, 65536},
	"Link.GSOMaxSegs":     {0, 65535},
	"Link.GROMaxSize":     {0, 65536},
	"Link.GSOIPv4MaxSize": {0, 65536},
	"Link.GROIPv4MaxSize": {0, 65536},
	"Macvlan.BCQueueLen":  {(*int)(nil)},      // before Linux 5.11
	"Port.Cost":           {0, 2, 4, 19, 100}, // of 10 Gbit/s, 1 Gbit/s, 100 Mbit/s, 10 Mbit/s and unknown
}

// Differences compares two objects of one type, an observed one and one of a model. It
// returns the attributes that users configure and that differ, as "name value": the
// names are those of `ip -json`, the values those that were seen.
func Differences(seen, model any) []string {
	a, b := reflect.ValueOf(seen), reflect.ValueOf(model)
	var list []string
	for i := range a.NumField() {
		f := a.Type().Field(i)
		attribute := a.Type().Name() + "." + f.Name
		if _, own := kernelMade[attribute]; own {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		list = append(list, unlike(attribute, name, a.Field(i), b.Field(i))...)
	}
	return list
}

// unlike compares one attribute, and of an attribute that is an object its own.
func unlike(attribute, name string, seen, model reflect.Value) []string {
	x, y := seen.Interface(), model.Interface()
	if reflect.DeepEqual(x, y) || isEmpty(seen) && isEmpty(model) || slices.Contains(initial[attribute], x) {
		return nil
	}
	switch x := x.(type) {
	case Flags:
		return x.decided(y.(Flags))
	case Attributes:
		return x.List()
	}
	a, b := inner(seen), inner(model)
	if a.IsValid() && a.Kind() == reflect.Struct && b.IsValid() && a.Type() == b.Type() && exported(a.Type()) {
		return Differences(a.Interface(), b.Interface())
	}
	return []string{strings.TrimSpace(name + " " + valueText(seen))}
}

// inner returns what a pointer or interface holds.
func inner(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

// exported reports whether all fields of a struct are exported.
func exported(t reflect.Type) bool {
	for f := range t.Fields() {
		if !f.IsExported() {
			return false
		}
	}
	return true
}

func isEmpty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// valueText writes a value as ip does, except that a switch is on or off.
func valueText(v reflect.Value) string {
	v = inner(v)
	switch {
	case !v.IsValid(), v.Kind() == reflect.Slice && v.Len() == 0:
		return "none"
	case v.Kind() == reflect.Bool && v.Bool():
		return "on"
	case v.Kind() == reflect.Bool:
		return "off"
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	}
	return strings.Trim(fmt.Sprintf("%v", v.Interface()), "[]")
}

// decidedFlags are the flags of a link that a user sets, in the words of ip(8) for
// set and not set. The others are results, or follow from the kind.
var decidedFlags = []struct {
	flag    Flags
	on, off string
}{
	{NoARP, "arp off", "arp on"},
	{Multicast, "multicast on", "multicast off"},
	{1 << 2, "debug on", "debug off"},               // IFF_DEBUG
	{1 << 5, "trailers off", "trailers on"},         // IFF_NOTRAILERS
	{1 << 8, "promisc on", "promisc off"},           // IFF_PROMISC
	{1 << 9, "allmulticast on", "allmulticast off"}, // IFF_ALLMULTI
	{1 << 15, "dynamic on", "dynamic off"},          // IFF_DYNAMIC
}

// decided returns the flags that a user set or cleared.
func (f Flags) decided(model Flags) []string {
	var list []string
	for _, d := range decidedFlags {
		switch {
		case f.Has(d.flag) == model.Has(d.flag):
		case f.Has(d.flag):
			list = append(list, d.on)
		default:
			list = append(list, d.off)
		}
	}
	return list
}
