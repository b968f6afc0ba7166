//go:build linux

package main

import (
	"slices"
	"testing"
	"time"
)

func TestLimitOf(t *testing.T) {
	for _, c := range []struct {
		want    time.Duration
		program []string
	}{
		{10 * time.Minute, []string{"x.test"}},
		{2*time.Minute + 30*time.Second, []string{"x.test", "-test.v", "-test.timeout=2m0s"}},
		{10 * time.Minute, []string{"x.test", "-test.timeout=0s"}}, // go test's word for none
	} {
		if got := limitOf(c.program); got != c.want {
			t.Errorf("%q: %s, want %s", c.program, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Setenv("KERNEL", "5.10")
	o, err := parse([]string{"-timeout", "1m", "/bin/true", "-kernel", "6.1"})
	if err != nil || o.kernel != "5.10" || o.limit != time.Minute || !slices.Equal(o.program, []string{"/bin/true", "-kernel", "6.1"}) {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := parse([]string{"-kernel", "6.1", "-fetch"}); err != nil || o.kernel != "6.1" || !o.fetch {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := parse([]string{"-kernel", "2.4", "/bin/true"}); err == nil || err.Error() != `unknown kernel "2.4" (want 5.10, 6.1, 6.12, newest)` {
		t.Errorf("got %v", err)
	}
	if _, err := parse(nil); err == nil {
		t.Error("a missing program is not an error")
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"A=1", "XDG_RUNTIME_DIR=/run/user/0", "DBUS=unix:path=/x", "B=a=/run/x"})
	if want := []string{"A=1", "B=a=/run/x"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
