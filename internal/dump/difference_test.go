package dump_test

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
)

// objects are all types of what is read from a namespace, with kinds and options.
var objects = []any{
	dump.Link{},
	dump.Address{},
	dump.Route{},
	dump.Hop{},
	dump.Rule{},
	dump.Neighbour{},
	dump.FDBEntry{},
	dump.Port{},
	dump.Setting{},
	dump.Bridge{},
	dump.VLAN{},
	dump.Macvlan{},
	dump.IPVlan{},
	dump.VXLAN{},
	dump.Tunnel{},
	dump.Tun{},
	dump.Qdisc{},
	dump.Fifo{},
	dump.HTB{},
	dump.TBF{},
	dump.Netem{},
	dump.FqCodel{},
	dump.Prio{},
}

// Differences compares every attribute of a dump, unless kernelMade has a reason.
func TestDifferencesCoverAttributes(t *testing.T) {
	known := map[string]bool{}
	for _, o := range objects {
		typ := reflect.TypeOf(o)
		for f := range typ.Fields() {
			attribute := typ.Name() + "." + f.Name
			known[attribute] = true
			seen := reflect.New(typ).Elem()
			set(t, seen.FieldByName(f.Name))
			got := dump.Differences(seen.Interface(), o)
			why, made := dump.KernelMade[attribute]
			switch {
			case made && len(got) > 0:
				t.Errorf("%s is made by the kernel (%s), and is a difference: %q", attribute, why, got)
			case made && why == "":
				t.Errorf("%s has no reason", attribute)
			case !made && len(got) != 1:
				t.Errorf("a difference in %s is not found: %q", attribute, got)
			}
		}
	}
	for f := range reflect.TypeFor[dump.Namespace]().Fields() {
		attribute := "Namespace." + f.Name
		if _, made := dump.KernelMade[attribute]; !made {
			t.Errorf("%s is neither compared nor made by the kernel", attribute)
		}
		known[attribute] = true
	}
	for attribute := range dump.KernelMade {
		if !known[attribute] {
			t.Errorf("%s has a reason and is not an attribute", attribute)
		}
	}
}

// The test has all types that objects consist of.
func TestDifferencesCoverTypes(t *testing.T) {
	known := map[reflect.Type]bool{}
	for _, o := range objects {
		known[reflect.TypeOf(o)] = true
	}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ.PkgPath() != reflect.TypeFor[dump.Link]().PkgPath() {
			return
		}
		if !known[typ] && typ != reflect.TypeFor[dump.Namespace]() && typ != reflect.TypeFor[dump.Stats]() && typ != reflect.TypeFor[dump.Cut]() {
			t.Errorf("%s is not compared", typ)
		}
		for f := range typ.Fields() {
			visit(f.Type)
		}
	}
	visit(reflect.TypeFor[dump.Namespace]())
}

// set gives a field a value that neither is zero nor the kernel's.
func set(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("192.0.2.7")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("192.0.2.0/28")))
		return
	case dump.Flags:
		v.Set(reflect.ValueOf(dump.NoARP))
		return
	case dump.Info:
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	case reflect.String:
		v.SetString("x")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if v.Elem().Kind() != reflect.Struct {
			set(t, v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Array:
		set(t, v.Index(0))
	case reflect.Interface:
		if v.Type() == reflect.TypeFor[dump.Info]() {
			v.Set(reflect.ValueOf(dump.VLAN{ID: 7}))
		} else {
			v.Set(reflect.ValueOf(dump.Fifo{Limit: 7}))
		}
	default:
		t.Fatalf("cannot set a %s", v.Type())
	}
}

// Each flag that can be set has a word; flags that the kernel computes have none.
func TestFlagDifferences(t *testing.T) {
	words := map[dump.Flags]string{}
	for bit := range 32 {
		f := dump.Flags(1) << bit
		for _, what := range dump.Differences(dump.Link{Flags: f}, dump.Link{}) {
			words[f] = what
		}
	}
	want := map[dump.Flags]string{
		dump.NoARP: "arp off", dump.Multicast: "multicast on", 1 << 2: "debug on", 1 << 5: "trailers off", 1 << 8: "promisc on",
		1 << 9: "allmulticast on", 1 << 15: "dynamic on",
	}
	if !reflect.DeepEqual(words, want) {
		t.Errorf("%v, want %v", words, want)
	}
	if got := dump.Differences(dump.Link{}, dump.Link{Flags: dump.Multicast}); !slices.Equal(got, []string{"multicast off"}) {
		t.Errorf("a flag that is not set: %q", got)
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		seen, model any
		want        []string
	}{
		{dump.Link{Info: dump.Bridge{AgeingTime: 0, GroupForwardMask: 8}}, dump.Link{Info: dump.Bridge{AgeingTime: 30000}}, []string{"ageing_time 0", "group_fwd_mask 8"}},
		{dump.Link{Port: &dump.Port{Hairpin: true}}, dump.Link{Port: &dump.Port{Learning: true}}, []string{"hairpin on", "learning off"}},
		{dump.Link{AltNames: []string{"wan", "up"}}, dump.Link{}, []string{"altnames wan up"}},
		{dump.Link{Alias: "a b"}, dump.Link{Alias: "c"}, []string{`ifalias "a b"`}},
		{dump.Link{GSOMaxSize: 65536}, dump.Link{}, nil},
		{dump.Link{GSOMaxSize: 1000}, dump.Link{}, []string{"gso_max_size 1000"}},
		{dump.Link{AltNames: []string{}}, dump.Link{}, nil},
	} {
		if got := dump.Differences(c.seen, c.model); strings.Join(got, ";") != strings.Join(c.want, ";") {
			t.Errorf("%+v: %q, want %q", c.seen, got, c.want)
		}
	}
}
