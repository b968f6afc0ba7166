package topo_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/vethlab/vethlab/topo"
)

// A clone is equal, and shares no memory.
func TestClone(t *testing.T) {
	var whole topo.Topology
	fill(reflect.ValueOf(&whole).Elem())
	c := whole.Clone()
	if !reflect.DeepEqual(c, &whole) {
		t.Errorf("got %+v, want %+v", c, whole)
	}
	checkNotShared(t, "Topology", reflect.ValueOf(*c), reflect.ValueOf(whole))
}

// The same holds for each kind of interface.
func TestCloneKinds(t *testing.T) {
	for _, k := range topo.LinkKinds() {
		fill(reflect.ValueOf(k).Elem())
		lab := topo.Topology{Nodes: topo.Nodes{{Interfaces: topo.Interfaces{{Kind: k}}}}}
		c := lab.Clone().Nodes[0].Interfaces[0].Kind
		if !reflect.DeepEqual(c, k) {
			t.Errorf("%s: got %+v, want %+v", k.Word(), c, k)
		}
		checkNotShared(t, k.Word(), reflect.ValueOf(c).Elem(), reflect.ValueOf(k).Elem())
	}
}

// fill sets every field to a value that a copy could share.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[netip.Addr]() || v.Type() == reflect.TypeFor[netip.Prefix]() {
			return // shares nothing that can change
		}
		for _, field := range v.Fields() {
			if field.CanSet() {
				fill(field)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem())
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	}
}

// checkNotShared fails the test if two values share a slice, pointer or map.
func checkNotShared(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Struct:
		for field, value := range a.Fields() {
			if field.IsExported() {
				checkNotShared(t, path+"."+field.Name, value, b.FieldByIndex(field.Index))
			}
		}
	case reflect.Slice, reflect.Pointer, reflect.Map:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		if a.Kind() == reflect.Slice {
			checkNotShared(t, path+"[0]", a.Index(0), b.Index(0))
		}
	}
}
