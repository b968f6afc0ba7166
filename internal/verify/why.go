package verify

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
)

// reason says in words why there was no answer, with names of nodes for
// addresses.
func (t *engine) reason(err error) string {
	timeout, reset, icmp := (*probe.Timeout)(nil), (*probe.Reset)(nil), (*probe.ICMPError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &icmp) && icmp.By.IsValid():
		return fmt.Sprintf("%s says: %s", t.who(icmp.By), icmp.Reason())
	case errors.As(err, &icmp):
		return "ICMP says: " + icmp.Reason()
	case errors.As(err, &reset):
		return fmt.Sprintf("%s refuses connections to port %d", t.who(reset.By), reset.Port)
	case errors.As(err, &timeout):
		return "no answer in " + words.Duration(timeout.After)
	}
	return err.Error()
}

// who returns an address with the name of the node that has it.
func (t *engine) who(a netip.Addr) string {
	if name := t.owners[a]; name != "" {
		return fmt.Sprintf("%s (%s)", name, a)
	}
	return a.String()
}

// How many silent addresses are looked for, and how long.
const (
	maxLastHops = 32
	hopTimeout  = 400 * time.Millisecond
)

// lastHops adds to failures for want of an answer how far one comes.
func (t *engine) lastHops(ctx context.Context, runs []*testRun) {
	var silent []*Failure
	var targets []probe.Target
	for _, c := range runs {
		for i := range c.failures {
			f := &c.failures[i]
			if f.silent && len(silent) < maxLastHops {
				silent, targets = append(silent, f), append(targets, t.target(f.From, f.Address))
			}
		}
	}
	if len(targets) == 0 {
		return
	}
	for i, hop := range probe.LastHop(ctx, targets, probe.TraceOptions{Timeout: hopTimeout}) {
		silent[i].Why += "; " + t.asFarAs(hop)
	}
}

// asFarAs says which hop is the last that answers.
func (t *engine) asFarAs(h probe.Hop) string {
	switch {
	case h.TTL == 0 || len(h.By) == 0:
		return "nobody on the way answers"
	case h.Target:
		return fmt.Sprintf("%s answers a ping", t.who(h.By[0]))
	}
	return fmt.Sprintf("the last on the way that answers is %s, hop %d", t.who(h.By[0]), h.TTL)
}
