package verify

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/words"
)

// reason returns why a probe was not answered, with the names of nodes.
func (e *engine) reason(err error) string {
	timeout, reset, icmp := (*probe.Timeout)(nil), (*probe.Reset)(nil), (*probe.ICMPError)(nil)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &icmp) && icmp.By.IsValid():
		return fmt.Sprintf("%s says: %s", e.name(icmp.By), icmp.Reason())
	case errors.As(err, &icmp):
		return "ICMP says: " + icmp.Reason()
	case errors.As(err, &reset):
		return fmt.Sprintf("%s refuses connections to port %d", e.name(reset.By), reset.Port)
	case errors.As(err, &timeout):
		return "no answer in " + words.Duration(timeout.After)
	}
	return err.Error()
}

// name returns an address with the name of the node that has it.
func (e *engine) name(a netip.Addr) string {
	if name := e.owners[a]; name != "" {
		return fmt.Sprintf("%s (%s)", name, a)
	}
	return a.String()
}

// How many silent addresses are traced, and how long each hop has to answer.
const (
	maxLastHops = 32
	hopTimeout  = 400 * time.Millisecond
)

// addLastHops adds to the failures of silent addresses the last hop that answers.
func (e *engine) addLastHops(ctx context.Context, tries []try) {
	var silent []*Failure
	var targets []probe.Target
	for _, t := range tries {
		for i := range t.findings {
			if t.findings[i].silent && len(silent) < maxLastHops {
				f := &t.findings[i].failures[0]
				silent, targets = append(silent, f), append(targets, e.target(f.From, f.Address))
			}
		}
	}
	if len(targets) == 0 {
		return
	}
	for i, hop := range probe.LastHop(ctx, targets, probe.TraceOptions{Timeout: hopTimeout}) {
		why := e.lastHop(hop)
		if down := e.linkDown(silent[i].From, hop, silent[i].Address); down != "" {
			why += ": " + down
		}
		silent[i].Why += "; " + why
	}
}

// lastHop names the last hop that answers.
func (e *engine) lastHop(h probe.Hop) string {
	switch {
	case h.TTL == 0 || len(h.By) == 0:
		return "no hop answers"
	case h.Target:
		return fmt.Sprintf("%s answers a ping", e.name(h.By[0]))
	}
	return fmt.Sprintf("the last hop that answers is %s, hop %d", e.name(h.By[0]), h.TTL)
}

// linkDown returns [linkDown] of the last hop that answers, or of the source.
func (e *engine) linkDown(from string, last probe.Hop, to netip.Addr) string {
	if last.Target {
		return ""
	}
	if len(last.By) > 0 {
		from = e.owners[last.By[0]]
	}
	return linkDown(e.state, from, to)
}

// WhyUnreached returns why a trace ends before its target: an interface after the last node
// that answers is down, or legacy iptables of the lab's nodes drops packets while the path
// is traced again; "" if neither.
func WhyUnreached(ctx context.Context, s *state.State, target probe.Target, last string) string {
	if reason := linkDown(s, last, target.To); reason != "" {
		return reason
	}
	return newLegacyFilter(s).during(target.To, func() {
		// It has failed before, and only the counters matter.
		_, _ = probe.Trace(ctx, target, probe.TraceOptions{Probes: 1, Timeout: repeatTimeout})
	})
}

// linkDown reports that the link by which a node sends to an address ends at an interface
// that is down; "" if it does not.
func linkDown(s *state.State, node string, to netip.Addr) string {
	name, ok := hosts.Namespaces(s)[node]
	ns := s.Namespace(name)
	if !ok || ns == nil {
		return ""
	}
	link := ns.Egress(to)
	if link == nil {
		return ""
	}
	end, _ := link.Peer()
	peer := s.Link(end)
	if peer == nil || peer.Up {
		return ""
	}
	return fmt.Sprintf("%s:%s is down, so %s:%s has no carrier", hosts.NodeName(s.Namespace(end.Namespace)), peer.Name, node, link.Name)
}
