package kernel

import (
	"slices"
	"testing"

	"github.com/vethlab/vethlab/internal/dump"
)

// A setting of a link is shown if it differs from the kernel's default, also if it is
// the default of new links in the namespace.
func TestChangedSettings(t *testing.T) {
	const conf = "net.ipv4.conf."
	fresh := map[string]string{
		conf + "all.rp_filter": "0", conf + "default.rp_filter": "0", conf + "lo.rp_filter": "0",
		conf + "all.send_redirects": "1", conf + "default.send_redirects": "1", conf + "lo.send_redirects": "1",
	}
	now := map[string]string{
		conf + "all.rp_filter": "0", conf + "default.rp_filter": "1", conf + "lo.rp_filter": "0",
		conf + "e1.rp_filter": "1", conf + "e2.rp_filter": "0", conf + "e3.rp_filter": "2",
		conf + "all.send_redirects": "0", conf + "default.send_redirects": "1", conf + "lo.send_redirects": "0",
		conf + "e1.send_redirects": "1", conf + "e2.send_redirects": "0", conf + "e3.send_redirects": "0",
	}
	want := []dump.Setting{
		{Key: conf + "all.send_redirects", Value: "0", Default: "1"},
		{Key: conf + "default.rp_filter", Value: "1", Default: "0"},
		{Key: conf + "e1.rp_filter", Value: "1", Default: "0"},
		{Key: conf + "e1.send_redirects", Value: "1", Default: "1"},
		{Key: conf + "e2.rp_filter", Value: "0", Default: "1"},
		{Key: conf + "e2.send_redirects", Value: "0", Default: "1"},
		{Key: conf + "e3.rp_filter", Value: "2", Default: "1"},
		{Key: conf + "e3.send_redirects", Value: "0", Default: "1"},
		{Key: conf + "lo.send_redirects", Value: "0", Default: "1"},
	}
	if got := changedSettings(now, fresh, false); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestEffective(t *testing.T) {
	for _, test := range []struct {
		name, all, link string
		forwarding      bool
		want            string
	}{
		{"rp_filter", "0", "1", false, "1"},
		{"rp_filter", "2", "1", false, "2"},
		{"arp_ignore", "8", "2", false, "8"},
		{"send_redirects", "0", "1", false, "1"},
		{"accept_source_route", "0", "1", false, "0"},
		{"accept_redirects", "0", "1", false, "1"},
		{"accept_redirects", "0", "1", true, "0"},
		{"tag", "0", "7", false, "0"},
	} {
		if got := effective(test.name, test.all, test.link, test.forwarding); got != test.want {
			t.Errorf("%s: all %s, link %s, forwarding %v: %s, want %s", test.name, test.all, test.link, test.forwarding, got, test.want)
		}
	}
}

func TestOverridesAll(t *testing.T) {
	fresh := map[string]string{"net.ipv4.conf.all.send_redirects": "1", "net.ipv4.conf.all.rp_filter": "0"}
	now := map[string]string{
		"net.ipv4.conf.all.send_redirects": "0", "net.ipv4.conf.e1.send_redirects": "1", "net.ipv4.conf.e2.send_redirects": "0",
		"net.ipv4.conf.all.rp_filter": "0", "net.ipv4.conf.e1.rp_filter": "0", "net.ipv4.conf.default.send_redirects": "1",
	}
	for key, want := range map[string]bool{
		"net.ipv4.conf.e1.send_redirects": true, "net.ipv4.conf.e2.send_redirects": false,
		"net.ipv4.conf.e1.rp_filter": false, "net.ipv4.conf.all.send_redirects": false, "net.ipv4.conf.default.send_redirects": false,
	} {
		if got := overridesAll(key, now, fresh); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
}
