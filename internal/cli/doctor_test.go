package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/words"
)

func TestDoctorPage(t *testing.T) {
	report := &feature.Report{
		Kernel: "6.1.0", System: "Debian", CanRun: true,
		Groups: []feature.Group{
			{Name: "labs as root", Checks: []feature.Check{
				{Name: "root", State: feature.Missing, Use: "labs on the machine", Used: true, Reason: "you are not root", Fix: "sudo vethlab …"},
			}},
			{Name: "links", About: "for labs", Checks: []feature.Check{
				{Name: "veth", State: feature.OK, Use: "cables", Used: true},
				{Name: "wireguard", State: feature.Missing, Use: "tunnels", Reason: "operation not supported", Fix: "sudo modprobe wireguard"},
				{Name: "bond", State: feature.Unknown, Use: "several links as one", Reason: "not tried: it adds bond0"},
				{Name: "ip", State: feature.Limited, Found: "/bin/ip", Use: "scripts", Reason: "it is busybox ip", Fix: "sudo apt install iproute2"},
			}},
		},
		Verdict: []string{"Labs can run here.", "So they can."},
	}
	const want = `Linux 6.1.0 on Debian

labs as root
  missing  root  labs on the machine
                 you are not root
                 → sudo vethlab …

links: for labs
  ok       veth       cables
  missing  wireguard  tunnels
                      → sudo modprobe wireguard
  unknown  bond       several links as one
                      not tried: it adds bond0
  limited  ip         /bin/ip: scripts
                      it is busybox ip
                      → sudo apt install iproute2

Labs can run here.
So they can.
`
	p := &program{out: newOut(&bytes.Buffer{}, &bytes.Buffer{})}
	if got := p.doctorText(report); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	// If no lab can run, the reasons of unknown features are left out.
	report.CanRun = false
	if got := p.doctorText(report); strings.Contains(got, "not tried") {
		t.Errorf("has the reason of an unknown feature:\n%s", got)
	}
}

// Only a missing feature that labs use is red.
func TestDoctorColours(t *testing.T) {
	p := &program{out: &out{colour: true}}
	for _, test := range []struct {
		check feature.Check
		want  style
	}{
		{feature.Check{State: feature.OK, Used: true}, green},
		{feature.Check{State: feature.Missing, Used: true}, red},
		{feature.Check{State: feature.Missing}, amber},
		{feature.Check{State: feature.Limited, Used: true}, amber},
		{feature.Check{State: feature.Unknown, Used: true}, amber},
	} {
		want := p.out.paint(test.want, words.Pad(string(test.check.State), markWidth))
		if got := p.checkLines(test.check, 0); !strings.Contains(got, want) {
			t.Errorf("%+v: %q, want %q", test.check, got, want)
		}
	}
}
