//go:build linux

package kernel_test

import (
	"encoding/json"
	"maps"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// shown are commands whose output equals ip's.
var shown = []string{
	"link", "-o link", "-br link", "link show type veth", "link show master br0", "link show up", "link show dev eth0",
	"addr", "-o addr", "-br addr", "-4 addr", "-6 addr show dev eth0", "-o -4 addr show up", "addr show eth0", "-br -4 addr",
	"-d link show eth0", "-d link show lo", "-d addr show eth0", "-d link show type macvlan", "-d -j -p link show type macvlan",
	"-d link show type macvtap", "-d link show type ipvlan",
	"route", "-6 route", "route show table all", "route show table 1000", "route show table local", "route show dev eth0",
	"route show default", "route show 10.1.0.0/16", "-o route", "-6 route show table all",
	"a s eth0", "l l", "r s t all", "-d route", "-d -6 route", "-j -p link", "-j -p addr", "-j -p route show table all", "-j -p -br addr",
	"rule", "-6 rule", "neigh", "neigh show dev eth0", "neigh show proxy",
	"route get 10.1.2.3", "route get 10.0.0.1", "route get fd01::5",
}

// The output equals that of ip of iproute2 6.1; other versions may show more.
func TestShowAgreesWithIP(t *testing.T) {
	needPrograms(t, "ip")
	if !netnstest.Isolated(t) {
		return
	}
	version, _ := exec.CommandContext(t.Context(), "ip", "-V").Output()
	if !strings.Contains(string(version), "iproute2-6.1.") {
		t.Skipf("compares with iproute2 6.1, here is %s", version)
	}
	if err := sandbox.ShareNames(); err != nil {
		t.Fatal(err)
	}
	name, other, _ := namespaceWithAll(t)
	for _, namespace := range []string{name, other} {
		for _, command := range shown {
			words := strings.Fields(command)
			want, got, err := bothShow(t, namespace, words)
			if err != nil && namespace == other {
				continue // it lacks the link or the route
			}
			if withoutTimes(got) != withoutTimes(want) {
				t.Errorf("ip -n %s %s (-ip +vethlab):\n%s", namespace, command, cmp.Diff(withoutTimes(want), withoutTimes(got)))
			}
		}
	}
}

// bothShow returns the outputs of ip and of vethlab for the same contents of a
// namespace: it repeats until ip's output before and after is equal.
func bothShow(t *testing.T, namespace string, words []string) (want, got string, err error) {
	t.Helper()
	for range 50 {
		before, err := exec.CommandContext(t.Context(), "ip", append([]string{"-n", namespace}, words...)...).Output()
		if err != nil {
			return "", "", err
		}
		got = show(t, namespace, words)
		after, _ := exec.CommandContext(t.Context(), "ip", append([]string{"-n", namespace}, words...)...).Output()
		if want = string(after); string(before) == want {
			break
		}
	}
	return want, got, nil
}

// running matches times, which change between two outputs.
var running = regexp.MustCompile(`\b[0-9]+sec\b`)

func withoutTimes(text string) string { return running.ReplaceAllString(text, "Nsec") }

func show(t *testing.T, namespace string, words []string) string {
	t.Helper()
	q, err := ipshow.ParseQuery(words)
	if err != nil || q == nil {
		t.Fatalf("%q: %v", words, err)
	}
	ns, err := kernel.Dump(namespace)
	if err != nil {
		t.Fatal(err)
	}
	if q.Get.IsValid() {
		route, err := kernel.RouteTo(namespace, q.Get)
		if err != nil {
			t.Fatal(err)
		}
		text, err := q.ShowRouteGet(ns, route)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text, err := q.Show(ns)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// All values in JSON equal ip's. With -d ip shows more options of kinds.
func TestShowJSONAgreesWithIP(t *testing.T) {
	needPrograms(t, "ip")
	if !netnstest.Isolated(t) {
		return
	}
	if err := sandbox.ShareNames(); err != nil {
		t.Fatal(err)
	}
	name, _, _ := namespaceWithAll(t)
	for _, command := range []string{
		"link", "-d link", "-s link", "-br link", "addr", "-d addr", "-br addr", "route", "route show table all", "-6 route", "rule", "-6 rule",
		"neigh", "neigh show proxy", "route get 10.1.2.3",
	} {
		words := append([]string{"-j"}, strings.Fields(command)...)
		wantText, gotText, err := bothShow(t, name, words)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal([]byte(wantText), &want); err != nil {
			t.Fatalf("ip -j %s: %v", command, err)
		}
		if err := json.Unmarshal([]byte(gotText), &got); err != nil {
			t.Fatal(err)
		}
		dropTimes(want)
		dropTimes(got)
		if d := cmp.Diff(common(want, got), got); d != "" {
			t.Errorf("ip -j %s (-ip +vethlab):\n%s", command, d)
		}
	}
}

// common returns want without the keys that got does not have.
func common(want, got any) any {
	switch got := got.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		if !ok {
			return want
		}
		w = maps.Clone(w)
		maps.DeleteFunc(w, func(key string, _ any) bool { _, there := got[key]; return !there })
		for key := range w {
			w[key] = common(w[key], got[key])
		}
		return w
	case []any:
		w, ok := want.([]any)
		if !ok || len(w) != len(got) {
			return want
		}
		list := make([]any, len(w))
		for i := range w {
			list[i] = common(w[i], got[i])
		}
		return list
	}
	return want
}

// dropTimes drops times, which change between two outputs.
func dropTimes(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if strings.HasSuffix(key, "_life_time") || key == "stats64" || key == "expires" {
				delete(v, key)
			}
			dropTimes(value)
		}
	case []any:
		for _, value := range v {
			dropTimes(value)
		}
	}
}
