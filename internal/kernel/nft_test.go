//go:build linux

package kernel_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/internal/nft"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// emptyNamespace makes a namespace that is removed after the test.
func emptyNamespace(t *testing.T) string {
	t.Helper()
	netnstest.Need(t)
	name := netnstest.Name(t, "nft")
	if err := kernel.Apply(t.Context(), plan.Plan{plan.AddNamespace{Name: name}}, state.New(), kernel.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := kernel.Remove(context.Background(), []string{name}); err != nil {
			t.Error(err)
		}
	})
	return name
}

// nftables returns commands as a plan for a namespace.
func nftables(namespace string, commands []nft.Command) plan.Plan {
	var p plan.Plan
	for _, c := range commands {
		p = append(p, plan.Nft{Namespace: namespace, Command: c})
	}
	return p
}

// filter applies a plan, and skips the test if the kernel lacks what a rule needs.
func filter(t *testing.T, p plan.Plan) {
	t.Helper()
	err := kernel.Apply(t.Context(), p, state.New(), kernel.Options{})
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EOPNOTSUPP) {
		var op *kernel.OpError
		errors.As(err, &op)
		t.Skipf("this kernel does not support %q: %v", op.Op.(plan.Nft).Command, err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, namespace string) string {
	t.Helper()
	rs, err := kernel.Nftables(namespace)
	if err != nil {
		t.Fatal(err)
	}
	return rs.String()
}

// realNft runs nft in a namespace.
func realNft(t *testing.T, namespace, stdin string, args ...string) string {
	t.Helper()
	needPrograms(t, "nft")
	var out []byte
	err := netns.Do(namespace, func() error {
		cmd := exec.CommandContext(t.Context(), "nft", args...)
		cmd.Stdin = strings.NewReader(stdin)
		var err error
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		t.Fatalf("nft %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// eachTable runs a test for each table of the rulesets in testdata of package nft.
func eachTable(t *testing.T, test func(t *testing.T, text string)) {
	files, err := filepath.Glob("../nft/testdata/*.nft")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range strings.SplitAfter(string(text), "\n}\n") {
			if name, _, ok := strings.Cut(table, " {"); ok {
				t.Run(name, func(t *testing.T) { test(t, table) })
			}
		}
	}
}

// What vethlab writes, it reads, and nft lists.
func TestNftablesRoundTrip(t *testing.T) {
	eachTable(t, func(t *testing.T, text string) {
		ns := emptyNamespace(t)
		commands, err := nft.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		filter(t, nftables(ns, commands))
		if d := cmp.Diff(text, listed(t, ns)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if d := cmp.Diff(text, realNft(t, ns, "", "list", "ruleset")); d != "" {
			t.Errorf("as nft lists it (-want +got):\n%s", d)
		}
	})
}

// What nft writes, vethlab reads.
func TestNftablesReadsNft(t *testing.T) {
	eachTable(t, func(t *testing.T, text string) {
		ns := emptyNamespace(t)
		realNft(t, ns, text, "-f", "-")
		if d := cmp.Diff(text, listed(t, ns)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// Unknown expressions are shown in brackets, never as other ones.
func TestNftablesUnknownExpressions(t *testing.T) {
	ns := emptyNamespace(t)
	realNft(t, ns, `table inet t {
	counter hits { }
	map m { type ipv4_addr : mark; elements = { 1.2.3.4 : 80 }; }
	map v { type inet_service : verdict; elements = { 22 : accept }; }
	set dyn { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
	set conc { type ipv4_addr . inet_service; elements = { 1.2.3.4 . 80 }; }
	set plain { type ipv4_addr; elements = { 1.2.3.4, 1.2.3.5, 1.2.3.6, 1.2.3.7 }; }
	set ports { type inet_service; flags interval; elements = { 22, 80-90 }; }
	chain c { type filter hook prerouting priority 0; }
}`, "-f", "-")
	for _, rule := range []string{
		"counter name hits", "tcp dport vmap @v", "add @dyn { ip saddr }", "ip saddr . tcp dport @conc accept",
		"ip saddr . tcp dport { 1.2.3.4 . 80, 5.6.7.8 . 90 } accept", "ip saddr and 255.0.255.0 == 10.0.3.0 accept",
		"ip dscp 4 accept", "ip version 4 accept", "tcp option maxseg size set 1400", "quota 25 mbytes accept",
		"socket transparent 1 accept", "meta mark set meta mark or 0x10", "meta mark set jhash ip saddr mod 2",
		"meta mark set ip saddr map @m", "@th,0,16 22 accept", "@th,0,32 22 accept", "exthdr frag exists accept", "rt classid 5 accept",
		"fib saddr . iif oif missing drop", "fib daddr . iif type local", `meta time "2020-01-01 00:00:00" accept`,
		`iifname { "eth*", "lo" } accept`, "tcp flags ! syn accept", "ct expiration 5s accept", "ct original packets > 5",
		`limit rate 5/second log prefix "a" flags all`, "ip saddr @plain tcp dport @ports accept", "tcp dport != @ports drop",
		"meta mark { 1-5, 7 } accept", "ether saddr { 00:11:22:33:44:55, 00:11:22:33:44:66 } drop", "meta length 100-200",
		"ip saddr 1.2.3.4 ip daddr 1.2.3.5 accept", "tcp sport 5 tcp dport 6 drop", "tcp dport { 1-5, 6 } drop", "meta skuid 5-7",
		"icmp type echo-request icmp code 0", "ip protocol tcp tcp dport 22", "meta l4proto { tcp, udp } th dport { 53, 80 }",
		"ct mark & 0xff == 0x5", "ct mark set 0x5", "meta mark set ct mark", "meta nftrace set 1",
	} {
		realNft(t, ns, "flush chain inet t c\nadd rule inet t c "+rule, "-f", "-")
		_, want, _ := strings.Cut(realNft(t, ns, "", "list", "chain", "inet", "t", "c"), "policy accept;")
		_, got, _ := strings.Cut(listed(t, ns), "policy accept;")
		if got != want && !strings.Contains(got, "[") {
			t.Errorf("%s:\ngot  %s\nwant %s", rule, got, want)
		}
		t.Logf("%s:%s", rule, strings.TrimSuffix(got, "\t}\n}\n"))
	}
}

// Common rules of iptables-nft are read as the equivalent of nft.
func TestNftablesReadsIptables(t *testing.T) {
	ns := emptyNamespace(t)
	needPrograms(t, "iptables-nft", "ip6tables-nft")
	run := func(line string) {
		t.Helper()
		args := strings.Fields(line)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "_", " ")
		}
		err := netns.Do(ns, func() error {
			out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
			if err != nil {
				t.Skipf("%s: %s", line, out)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ rule, want string }{
		{"-t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE", `oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade`},
		{"-t nat -A POSTROUTING -p tcp -j SNAT --to-source 1.2.3.4-1.2.3.9:1000-2000", "meta l4proto tcp counter snat to 1.2.3.4-1.2.3.9:1000-2000"},
		{"-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80", "tcp dport 8080 counter dnat to 172.17.0.2:80"},
		{"-t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080", "tcp dport 80 counter redirect to :8080"},
		{"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "ct state established,related counter accept"},
		{"-A FORWARD -m state --state NEW -j REJECT", "ct state new counter reject"},
		{"-A FORWARD -p icmp --icmp-type echo-request -j REJECT --reject-with icmp-host-prohibited", "icmp type echo-request counter reject with icmp host-prohibited"},
		{"-A FORWARD -m comment --comment hi_there -j LOG --log-prefix x:_ --log-level debug", `counter log prefix "x: " level debug comment "hi there"`},
		{"-A FORWARD -p udp -m multiport --dports 53,67:69 -j DROP", "udp dport { 53, 67-69 } counter drop"},
		{"-A FORWARD -m addrtype ! --src-type LOCAL -j DROP", "fib saddr type != local counter drop"},
		{"-A INPUT -m mac --mac-source 00:11:22:33:44:55 -j ACCEPT", "ether saddr 00:11:22:33:44:55 counter accept"},
		{"-t mangle -A PREROUTING -i eth+ -j MARK --set-mark 1", `iifname "eth*" counter meta mark set 0x00000001`},
		{"-A FORWARD -m conntrack --ctstatus ASSURED -j DROP", `[xt match "conntrack"] counter drop`},
		{"-t nat -A POSTROUTING -j MASQUERADE --random", `counter [xt target "MASQUERADE"]`},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			realNft(t, ns, "", "flush", "ruleset")
			run("iptables-nft " + tt.rule)
			rs, err := kernel.Nftables(ns)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, c := range rs[0].Chains {
				for _, r := range c.Rules {
					got += r.String()
				}
			}
			if got != tt.want {
				t.Errorf("\ngot  %s\nwant %s", got, tt.want)
			}
		})
	}
}
