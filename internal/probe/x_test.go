//go:build linux

package probe_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/probe"
)

func TestX(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	if n == 0 {
		t.Skip()
	}
	roomForNeighbours(t, 400000)
	l := upStar(t, n)
	for range 3 {
		start := time.Now()
		var u0, u1 unix.Rusage
		unix.Getrusage(0, &u0)
		bad := 0
		as := probe.Ask(t.Context(), l.pairs(n), probe.Options{})
		again, slow := 0, time.Duration(0)
		for _, r := range as {
			if r.Sent > 1 {
				again++
			}
			slow = max(slow, r.RTTs.Max())
			if r.Found != probe.Reachable {
				bad++
			}
		}
		unix.Getrusage(0, &u1)
		soft, _ := os.ReadFile("/proc/net/softnet_stat")
		for l := range strings.Lines(string(soft)) {
			t.Log("soft ", strings.Join(strings.Fields(l)[:4], " "))
		}
		t.Logf("again %d, slowest %s", again, slow)
		t.Logf("%d pairs, %d bad, %s, user %d ms sys %d ms", len(as), bad, time.Since(start), (u1.Utime.Nano()-u0.Utime.Nano())/1e6, (u1.Stime.Nano()-u0.Stime.Nano())/1e6)
	}
}
