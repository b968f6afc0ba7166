package dump

import "testing"

func TestFallback(t *testing.T) {
	for link, want := range map[[2]string]bool{
		{"tunl0", "ipip"}:  true,
		{"sit0", "sit"}:    true,
		{"tunl0", "veth"}:  false,
		{"ipip0", "ipip"}:  false,
		{"gre0", "gretap"}: false,
		{"lo", ""}:         false,
	} {
		if got := Fallback(link[0], link[1]); got != want {
			t.Errorf("Fallback(%s, %q) = %v", link[0], link[1], got)
		}
	}
}
