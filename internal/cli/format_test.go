package cli

import (
	"testing"
	"time"
)

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Microsecond:     "0.040 ms",
		1500 * time.Microsecond:   "1.5 ms",
		12 * time.Millisecond:     "12 ms",
		12345 * time.Microsecond:  "12.3 ms",
		123456 * time.Microsecond: "123 ms",
		2 * time.Second:           "2 s",
		2340 * time.Millisecond:   "2.34 s",
		100 * time.Second:         "100 s",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 nodes", 1: "1 node", 2: "2 nodes"} {
		if got := plural(n, "node"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	var f format
	for _, s := range []string{"text", "json"} {
		if err := f.Set(s); err != nil || f.String() != s {
			t.Errorf("%s: %v, %v", s, f, err)
		}
	}
	if err := f.Set("xml"); err == nil {
		t.Error("xml is taken")
	}
}
