package labtest

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestClaims(t *testing.T) {
	prefix := netip.MustParsePrefix
	one := claim{test: "TestOne", links: []string{"veth0"}, subnets: []netip.Prefix{prefix("10.0.0.0/24")}}
	within := claim{test: "TestTwo", links: []string{"veth2"}, subnets: []netip.Prefix{prefix("10.0.0.128/30")}}
	apart := claim{test: "TestTwo", links: []string{"veth1"}, subnets: []netip.Prefix{prefix("10.0.1.0/24")}}
	var s shared
	for lab, c := range map[string]claim{"one": one, "apart": apart, "none": {test: "TestThree"}} {
		if err := s.claim(lab, c); err != nil {
			t.Fatal(err)
		}
	}
	if !s.has("one") || s.has("none") {
		t.Error("only labs with links to the host have claims")
	}
	if err := s.claim("one", one); err != nil {
		t.Errorf("a lab conflicts with itself: %v", err)
	}
	for _, test := range []string{"TestOne", "TestOne/sub"} {
		c := within
		c.test = test
		if err := s.claim("same", c); err == nil || !strings.Contains(err.Error(), "lab one of this test already has subnet 10.0.0.128/30") {
			t.Errorf("%s: %v", test, err)
		}
	}
	got := make(chan error, 1)
	go func() { got <- s.claim("two", within) }()
	select {
	case err := <-got:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
	s.release("one")
	if err := <-got; err != nil {
		t.Error(err)
	}
}
