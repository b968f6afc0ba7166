package state_test

import (
	"reflect"
	"testing"

	"github.com/vethlab/vethlab/internal/state"
)

// The bytes of a MAC each have their place in the address.
func TestLinkLocalKeepsAllBytes(t *testing.T) {
	got := state.LinkLocal([6]byte{0x11, 0x22, 0x33, 0x44, 0x55, 0x66}).Addr().As16()
	want := [16]byte{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x13, 0x22, 0x33, 0xff, 0xfe, 0x44, 0x55, 0x66}
	if got != want {
		t.Errorf("%x, want %x", got, want)
	}
}

// Zeros in front of a digit do not count, others are characters.
func TestNamesWithZeros(t *testing.T) {
	for _, tt := range [][2]string{{"a0", "a1"}, {"a09", "a10"}, {"a0:", "a00:"}, {"h0x", "h1"}, {"h9", "h:"}, {"h0009", "h10"}, {"h00", "h1"}, {"h0a", "h00b"}} {
		if state.CompareNames(tt[0], tt[1]) == 0 || state.CompareNames(tt[0], tt[1]) != -state.CompareNames(tt[1], tt[0]) {
			t.Errorf("%q and %q are not in an order", tt[0], tt[1])
		}
	}
	for _, tt := range [][2]string{{"a0", "a1"}, {"a09", "a10"}, {"h9", "h:"}, {"h0009", "h10"}, {"h00", "h1"}, {"h0a", "h00b"}, {"h0x", "h1"}} {
		if state.CompareNames(tt[0], tt[1]) >= 0 {
			t.Errorf("%q is not before %q", tt[0], tt[1])
		}
	}
}

// Without links a namespace counts, unless it is the host namespace.
func TestNormalOfEmptyNamespaces(t *testing.T) {
	s := state.New()
	s.Add(state.Host)
	s.Namespaces["a"] = &state.Namespace{Name: "a", Links: map[string]*state.Link{}}
	n := s.Normal()
	if n.Namespaces["a"] == nil || n.Namespaces[state.Host] != nil {
		t.Errorf("left are %q", n.Names())
	}
	s.Namespaces["a"].Defaults = map[string]string{"x": "y"}
	if !reflect.DeepEqual(s.Normal(), n) {
		t.Error("what sysctls go back to counts")
	}
}

// Marks are looked for where they are kept.
func TestMarksAreOfTheirPlace(t *testing.T) {
	s := state.New()
	host := s.Add(state.Host)
	host.Links[state.Lo] = &state.Link{Name: state.Lo, Alias: "words"}
	if got := host.Mark(); !got.IsZero() || got.String() != "" {
		t.Errorf("the machine is marked %q", got)
	}
	bare := &state.Namespace{Name: "b"}
	if got := bare.Mark(); !got.IsZero() {
		t.Errorf("a namespace without lo is marked %q", got)
	}
}
