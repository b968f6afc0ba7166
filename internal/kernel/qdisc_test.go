//go:build linux

package kernel_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
)

// Qdiscs set by tc are shown as tc shows them.
func TestShowQdiscsAgreesWithTC(t *testing.T) {
	ns := emptyNamespace(t)
	needPrograms(t, "tc", "ip")
	run := func(args ...string) (out []byte, err error) {
		err = netns.Do(ns, func() error {
			out, err = exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
			return err
		})
		return out, err
	}
	if out, err := run("ip", "link", "add", "name", "a", "type", "veth", "peer", "name", "b"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, options := range []string{
		"root pfifo limit 77", "root bfifo limit 4096", "root htb", "root htb default 10 r2q 5", "root handle 7: prio",
		"root tbf rate 1mbit burst 5kb latency 50ms", "root tbf rate 123456bit burst 10kb limit 20kb",
		"root tbf rate 1mbit burst 32kbit latency 400ms", "root tbf rate 9gbit burst 1mb latency 1ms", "clsact", "root fq_codel",
		"root netem delay 10ms", "root netem delay 10ms 2ms 25% loss 1%", "root netem loss 0.3% 25% duplicate 1% corrupt 0.1%",
		"root netem rate 1mbit delay 100ms reorder 25% 50% gap 5", "root netem delay 1500us loss 100%",
	} {
		t.Run(options, func(t *testing.T) {
			if out, err := run(append([]string{"tc", "qdisc", "replace", "dev", "a"}, strings.Fields(options)...)...); err != nil {
				t.Skipf("this kernel or tc refuses it: %s", out)
			}
			want, err := run("tc", "qdisc", "show")
			if err != nil {
				t.Fatal(err)
			}
			list, err := kernel.Qdiscs(ns)
			if err != nil {
				t.Fatal(err)
			}
			links, err := kernel.Dump(ns)
			if err != nil {
				t.Fatal(err)
			}
			if got := ipshow.Qdiscs(list, links); got != tidy(string(want)) {
				t.Errorf("\ngot  %swant %s", got, tidy(string(want)))
			}
			kind := "root"
			if options == "clsact" {
				kind = "clsact"
			}
			if out, err := run("tc", "qdisc", "del", "dev", "a", kind); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		})
	}
}

// tidy drops the spaces at the ends of lines.
func tidy(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}
