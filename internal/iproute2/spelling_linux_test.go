//go:build linux

package iproute2

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/state"
)

// Each spelling, run by the real ip in one namespace, has the same effect as the
// printed form of its parsed Ops in another.
func TestSpellingsAgainstIP(t *testing.T) {
	if !isolated(t, "sh", "ip", "sysctl") {
		return
	}
	const theirs, ours = "vti-theirs", "vti-ours"
	for _, name := range []string{theirs, ours} {
		run(t, "ip", "netns", "add", name)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(spellings), "\n") {
		p, err := Parse(strings.ReplaceAll(line, "NS", ours))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		run(t, "sh", "-c", strings.ReplaceAll(line, "NS", theirs))
		for _, op := range p {
			run(t, "sh", "-c", Print(op))
		}
		if d := cmp.Diff(look(t, theirs), look(t, ours)); d != "" {
			t.Fatalf("%s (-ip +read)\n%s", line, d)
		}
	}
}

const spellings = `
ip -n NS l set lo up
ip -net NS l a name v0 address 02:00:00:00:00:01 type veth peer v1 address 02:00:00:00:00:02
ip --netns NS link add mtu 1400 v2 index 40 addr 02:00:00:00:00:03 type veth peer index 50 address 02:00:00:00:00:04 name v3
ip -det -st -ne NS li se v0 up
ip -br -n NS l s up dev v1 multicast on arp on
ip -4 -n NS a a 10.0.0.1/24 brd + dev v0
ip -n NS addr add dev v0 local 10.0.0.2 label v0:x
ip -n NS ad repl 10.0.1.1/24 dev v0 scope global valid_lft forever
ip -n NS a chg 10.0.1.1/24 dev v0
ip -6 -n NS addr a fd00::1/64 dev v0 nodad
ip -n NS r a default via 10.0.0.9
ip -n NS ro add to 10/8 dev v0 preference 7
ip -n NS rou a 10.7/16 via 10.0.0.9
ip -n NS r c 10.7/16 via 10.0.0.8
ip -n NS -6 r a default via fd00::9 dev v0 metric 5
ip -f inet6 -n NS r a fd01::/64 dev v0 proto boot table main
ip -n NS r d all
ip -n NS route add dev v0 all
ip -n NS route rep unicast 10.8.0.0/16 dev v0 table 254 scope link
ip -n NS a d 10.0.0.2/32 dev v0
ip -n NS l s v2 name w2 mtu 1300 up
ip -n NS l s dev v3 down address 02:00:00:00:00:05
ip -n NS l a br0 address 02:00:00:00:00:06 type bridge
ip -n NS l s v3 master br0
ip -n NS l s br0 type bridge stp_state 1 forward_delay 400
ip -n NS link change v3 nomaster
ip net e NS ip l s v1 alias 'two words'
ip netns exec NS sysctl -qw net.ipv4.ip_forward=1 net/ipv6/conf/all/forwarding=1
ip -4 -n NS a f v0
ip -n NS a f dev v0
ip -n NS l del w2 type veth
ip -n NS l d dev v0
`

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

// look returns the state of a namespace, without values that change over time.
func look(t *testing.T, namespace string) string {
	t.Helper()
	var all []string
	for _, what := range []string{"-o addr", "-4 route", "-6 route", "-o link"} {
		out := run(t, "ip", append([]string{"-n", namespace}, strings.Fields(what)...)...)
		all = append(all, settled(out))
	}
	all = append(all, run(t, "ip", "netns", "exec", namespace, "sysctl", state.ForwardIPv4, state.ForwardIPv6))
	return strings.Join(all, "\n")
}

// ignoredByState matches the attributes of addresses that a State does not have:
// broadcast address and label.
var ignoredByState = regexp.MustCompile(` brd 10[0-9.]+|(scope global secondary v0|scope global v0):x`)

// settled removes effects that the kernel adds asynchronously: carriers, and the
// addresses and routes that depend on them.
func settled(text string) string {
	var lines []string
	text = ignoredByState.ReplaceAllString(text, "$1")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, "fe80:") {
			continue
		}
		for _, word := range []string{"LOWER_UP", "NO-CARRIER", "M-DOWN", "linkdown", "tentative"} {
			line = strings.NewReplacer(","+word, "", word+",", "", " "+word, "").Replace(line)
		}
		if before, after, ok := strings.Cut(line, " state "); ok {
			_, after, _ = strings.Cut(after, " ")
			line = before + " " + after
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}
