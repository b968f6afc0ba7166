package verify

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/xtables"
	"github.com/vethlab/vethlab/topo"
)

var (
	addrB = netip.MustParseAddr("10.0.0.2")
	addrR = netip.MustParseAddr("10.0.0.9")
)

// pairs returns a test of a to b and c.
func pairs(t topo.Test) *compile.Test {
	return &compile.Test{
		Test: t, AllTargets: []string{"b", "c"},
		Pairs: []compile.Pair{
			{From: "a", To: "b", Node: "b", Addresses: []netip.Addr{addrB}},
			{From: "a", To: "c", Node: "c", Addresses: []netip.Addr{addrR}},
		},
	}
}

func via(p topo.Protocol, port int) topo.Via { return topo.Via{Protocol: p, Port: port} }

func TestRounds(t *testing.T) {
	e := &engine{namespaces: map[string]string{"a": "ns-a", "b": "ns-b", "c": "ns-c"}}
	tcp, http, closed := topo.Test{Via: via(topo.TCP, 80)}, topo.Test{Via: via(topo.HTTP, 80)}, topo.Test{Via: via(topo.TCP, 80), Expect: topo.Refused}
	udp, dns, ping := topo.Test{Via: via(topo.UDP, 53)}, topo.Test{Via: via(topo.DNS, 0)}, topo.Test{}
	for _, tt := range []struct {
		name  string
		tests []topo.Test
		want  string // the tests of each round, and the protocols of our listeners
	}{
		{"pings need no socket", []topo.Test{ping, ping}, "[0 1]"},
		{"one listener for all", []topo.Test{tcp, ping, tcp}, "[0 1 2] b tcp/80=tcp"},
		{"HTTP uses TCP", []topo.Test{tcp, http}, "[0 1] b tcp/80=http"},
		{"also the other way round", []topo.Test{http, tcp}, "[0 1] b tcp/80=http"},
		{"open and closed", []topo.Test{tcp, closed, ping, tcp}, "[0 2 3] b tcp/80=tcp; [1]"},
		{"two protocols of one port", []topo.Test{udp, dns}, "[0] b udp/53=udp; [1] b udp/53=dns"},
	} {
		var rs rounds
		for i, test := range tt.tests {
			c := compile.Test{Test: test}
			s, u := e.needs(&c, "b")
			rs.add(query{test: i}, probe.Question{}, s, u)
		}
		var got []string
		for _, r := range rs {
			var tests []int
			for _, q := range r.queries {
				tests = append(tests, q.test)
			}
			text := fmt.Sprint(tests)
			for _, s := range r.sockets() {
				text += fmt.Sprintf(" %s=%s", s, r.uses[s].protocol)
			}
			got = append(got, text)
		}
		if text := strings.Join(got, "; "); text != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, text, tt.want)
		}
	}
}

// The host's sockets are never ours.
func TestNeverListensInTheHost(t *testing.T) {
	e := &engine{namespaces: map[string]string{topo.HostNode: ""}}
	if _, u := e.needs(pairs(topo.Test{Via: via(topo.TCP, 80)}), topo.HostNode); u.listen {
		t.Error("listens in the host namespace")
	}
}

func TestVerdict(t *testing.T) {
	e := &engine{owners: map[netip.Addr]string{addrB: "b", addrR: "r"}}
	question := probe.Question{Target: probe.Target{To: addrB}}
	timeout, reset := &probe.Timeout{After: time.Second}, &probe.Reset{By: addrB, Port: 80}
	for _, tt := range []struct {
		name   string
		test   topo.Test
		answer probe.Answer
		busy   bool
		found  string // of the failure; "": none
		silent bool
	}{
		{"answers", topo.Test{}, probe.Answer{Found: probe.Reachable}, false, "", false},
		{"times out", topo.Test{}, probe.Answer{Found: probe.Unreachable, Err: timeout}, false, "unreachable", true},
		{"shall time out", topo.Test{Expect: topo.Unreachable}, probe.Answer{Found: probe.Unreachable, Err: timeout}, false, "", false},
		{"is not silent where another program listens", topo.Test{Via: via(topo.UDP, 7)}, probe.Answer{Found: probe.Unreachable, Err: timeout}, true, "unreachable", false},
		{"answers where it shall not", topo.Test{Expect: topo.Unreachable}, probe.Answer{Found: probe.Reachable}, false, "reachable", false},
		{"refuses", topo.Test{Via: via(topo.TCP, 80)}, probe.Answer{Found: probe.Refused, Err: reset}, false, "refused", false},
		{"shall refuse", topo.Test{Via: via(topo.TCP, 80), Expect: topo.Refused}, probe.Answer{Found: probe.Refused, Err: reset}, false, "", false},
		{"the target's refusal is not unreachable", topo.Test{Via: via(topo.TCP, 80), Expect: topo.Unreachable}, probe.Answer{Found: probe.Refused, Err: reset}, false, "refused", false},
		{"HTTP error", topo.Test{Via: via(topo.HTTP, 80)}, probe.Answer{Found: probe.Reachable, Status: 404}, false, "an error", false},
		{"HTTP success", topo.Test{Via: via(topo.HTTP, 80)}, probe.Answer{Found: probe.Reachable, Status: 204}, false, "", false},
		{"DNS error", topo.Test{Via: via(topo.DNS, 53)}, probe.Answer{Found: probe.Reachable, RCode: "NXDOMAIN"}, false, "an error", false},
		{"DNS without records", topo.Test{Via: via(topo.DNS, 53)}, probe.Answer{Found: probe.Reachable, RCode: "NOERROR"}, false, "an error", false},
		{"an HTTP error is not unreachable", topo.Test{Via: via(topo.HTTP, 80), Expect: topo.Unreachable}, probe.Answer{Found: probe.Reachable, Status: 404}, false, "an error", false},
		{"wrong answer", topo.Test{Via: via(topo.DNS, 53)}, probe.Answer{Found: probe.Unreachable, Err: &probe.WrongAnswer{Got: "DNS record of x. A"}}, false, "an error", false},
		{"a wrong answer is not unreachable", topo.Test{Via: via(topo.DNS, 53), Expect: topo.Unreachable}, probe.Answer{Found: probe.Unreachable, Err: &probe.WrongAnswer{Got: "DNS record of x. A"}}, false, "an error", false},
		{"no route", topo.Test{Expect: topo.Unreachable}, probe.Answer{Found: probe.Unreachable, Err: syscall.ENETUNREACH}, false, "", false},
		{"a local failure is not a verdict", topo.Test{Expect: topo.Unreachable}, probe.Answer{Found: probe.Unreachable, Err: errors.New("no memory")}, false, "nothing", false},
		{"an unopened socket is not a verdict", topo.Test{Expect: topo.Unreachable}, probe.Answer{Found: probe.Unreachable, Err: &probe.OpenError{Err: syscall.EPERM}}, false, "nothing", false},
		{"loses too much", topo.Test{Loss: topo.Bound[topo.Percent]{Side: "<", Limit: 50}}, probe.Answer{Found: probe.Reachable, Sent: 4, Received: 1}, false, "75%", false},
	} {
		tt.answer.Question = question
		f := e.judge(pairs(tt.test), query{pair: 0, address: addrB}, &tt.answer, tt.busy)
		found := ""
		if len(f.failures) > 0 {
			found = f.failures[0].Found
		}
		if found != tt.found || f.silent != tt.silent {
			t.Errorf("%s: found %q, silent %v; want %q, %v", tt.name, found, f.silent, tt.found, tt.silent)
		}
	}
}

func TestResultOfFindings(t *testing.T) {
	test := pairs(topo.Test{From: []string{"a"}, To: []string{"b", "c"}, Matrix: true})
	good := finding{query: query{pair: 0, address: addrB}, sent: 1, received: 1, rtts: probe.RTTs{time.Millisecond}}
	bad := query{pair: 1, address: addrR}.fails(test, "expect", "reachable", "unreachable", "no answer in 1 s")
	bad.sent = 1
	twice := append(slices.Clone(bad.failures), bad.failures...)
	for _, tt := range []struct {
		name     string
		findings []finding
		want     string
	}{
		{"nothing was found", nil, "true 2 0 0/0 [··] 2 pairs reachable"},
		{"one pair", []finding{good}, "true 2 0 1/1 [●·] 2 pairs reachable (1 ms)"},
		{"a pair failed", []finding{good, bad}, "false 2 1 1/2 [●✗] expected reachable, found unreachable in 1 of 2 pairs"},
		{"a pair with two failures counts once", []finding{{query: bad.query, failures: twice}}, "false 2 1 0/0 [·✗] expected reachable, found unreachable in 1 of 2 pairs"},
		{"what failed once has failed", []finding{bad, {query: bad.query}}, "false 2 1 0/1 [·✗] expected reachable, found unreachable in 1 of 2 pairs"},
	} {
		r := conclude(test, try{findings: tt.findings}, 1)
		got := fmt.Sprintf("%v %d %d %d/%d %v %s", r.OK, r.Pairs, r.Failed, r.Received, r.Sent, r.Matrix.Rows(), r.Found)
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if r := conclude(test, try{findings: []finding{good}}, 3); r.Tries != 3 || !strings.HasSuffix(r.Found, ", after 3 tries") {
		t.Errorf("third try: %+v", r)
	}
}

// An address that has failed is not measured; neither is one of a pair that failed
// as a whole.
func TestFailedPairsAreNotMeasured(t *testing.T) {
	test := pairs(topo.Test{MTU: 1500})
	bad := query{pair: 1, address: addrR}.fails(test, "expect", "reachable", "unreachable", "")
	whole := query{pair: 0}.fails(test, "expect", "reachable", "nothing", "b is not running")
	for _, tt := range []struct {
		findings []finding
		want     []query
	}{
		{nil, []query{{0, 0, addrB}, {0, 1, addrR}}},
		{[]finding{bad}, []query{{0, 0, addrB}}},
		{[]finding{whole}, []query{{0, 1, addrR}}},
		{[]finding{whole, bad}, nil},
	} {
		if got := open(0, test, try{findings: tt.findings}.failed()); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.findings, got, tt.want)
		}
	}
}

func TestUnmatched(t *testing.T) {
	tests := []*compile.Test{pairs(topo.Test{}), {}, {Test: topo.Test{Run: []string{"true"}}}, {Test: topo.Test{Matrix: true}}}
	var got []int
	for _, f := range unmatched(tests) {
		got = append(got, f.test)
		if r := conclude(tests[f.test], try{findings: []finding{f}}, 1); r.OK || r.Failed != 1 {
			t.Errorf("test %d: %+v", f.test, r)
		}
	}
	if want := []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Of what legacy iptables counted, only the family of the address matters, and what was
// changed only if nothing was dropped.
func TestRisesText(t *testing.T) {
	dropped := xtables.Rise{Family: xtables.IPv4, Table: "filter", Chain: "FORWARD", Target: "DROP", Packets: 2}
	changed := xtables.Rise{Family: xtables.IPv4, Table: "nat", Chain: "PREROUTING", Rule: "-j DNAT", Target: "DNAT", Packets: 1}
	six := xtables.Rise{Family: xtables.IPv6, Table: "filter", Chain: "INPUT", Rule: "-p tcp -j REJECT", Target: "REJECT", Packets: 1}
	policy := "legacy iptables of r dropped 2 packets: policy DROP of FORWARD in table filter"
	for _, tt := range []struct {
		rises map[string][]xtables.Rise
		ipv4  bool
		want  string
	}{
		{nil, true, ""},
		{map[string][]xtables.Rise{"r": {six}}, true, ""},
		{map[string][]xtables.Rise{"r": {dropped, changed, six}}, true, policy},
		{map[string][]xtables.Rise{"r": {changed}}, true, `legacy iptables of r handled 1 packet: rule "-A PREROUTING -j DNAT" in table nat`},
		{map[string][]xtables.Rise{"r": {dropped, six}}, false, `legacy ip6tables of r dropped 1 packet: rule "-A INPUT -p tcp -j REJECT" in table filter`},
		{map[string][]xtables.Rise{"r10": {dropped}, "r": {dropped}}, true, policy + ", " + strings.Replace(policy, "of r ", "of r10 ", 1)},
	} {
		if got := risesText(tt.rises, tt.ipv4); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// Probes are repeated that should have been answered.
func TestUnreached(t *testing.T) {
	for _, tt := range []struct {
		key, found string
		address    netip.Addr
		want       bool
	}{
		{"expect", "unreachable", addrB, true},
		{"expect", "refused", addrB, true},
		{"expect", "reachable", addrB, false},
		{"expect", "nothing", addrB, false},
		{"expect", "unreachable", netip.Addr{}, false},
		{"within", "20 ms", addrB, false},
	} {
		f := finding{query: query{address: tt.address}, failures: []Failure{{Key: tt.key, Found: tt.found}}}
		if got := f.unreached(); got != tt.want {
			t.Errorf("%+v: got %t", tt, got)
		}
	}
	if (&finding{}).unreached() {
		t.Error("a probe as expected is repeated")
	}
}
