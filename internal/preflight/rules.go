package preflight

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/plan"
)

// checkRules returns an error for each route of a plan whose gateway the kernel would not
// find, since somebody has changed the namespace's rules of policy routing. The kernel looks
// up the gateway of a new IPv4 route by the rules (fib_check_nh in net/ipv4/fib_semantics.c);
// that of an IPv6 route it looks up in the table of the route.
func checkRules(l *compile.Lab, p plan.Plan, seen *kernel.Snapshot) error {
	var errs []error
	for _, op := range plan.NewRoutes(p) {
		x, read := seen.Extras[op.Namespace]
		if !read || !op.Via.Is4() {
			continue
		}
		to := op.To.String()
		if op.To.Bits() == 0 {
			to = "default"
		}
		if why := hidden(x, op.Via, op.Dev, op.Namespace); why != "" {
			errs = append(errs, fmt.Errorf("cannot add the route %s via %s to %s: %s", to, op.Via, l.NodeOf(op.Namespace), why))
		}
	}
	return errors.Join(errs...)
}

// Values of a rule (linux/fib_rules.h, linux/rtnetlink.h).
const (
	toTable     = 1 // FR_ACT_TO_TBL
	goTo        = 2 // FR_ACT_GOTO
	blackhole   = 6
	unreachable = 7
	prohibit    = 8

	tableMain = 254
	ipv4      = 2 // AF_INET
)

// hidden returns why the rules of a namespace keep the kernel from the link of a gateway, and
// what to do; "" if they do not, or if that depends on more than is known here.
func hidden(x kernel.Extra, gateway netip.Addr, dev, namespace string) string {
	for _, r := range x.Rules {
		if r.Family != ipv4 {
			continue
		}
		if r.Other != "" || r.Action == goTo {
			return ""
		}
		switch {
		case !selects(r, gateway, dev):
		case r.Action == toTable && r.Table == tableMain, r.Action == toTable && x.Routes[r.Table] > 0:
			return ""
		case r.Action == blackhole, r.Action == unreachable, r.Action == prohibit:
			text := ipshow.RuleText(r)
			_, selector, _ := strings.Cut(text, ": ") // without it the first rule of the priority would go
			return fmt.Sprintf("the rule %q hides the gateway (delete it: ip -n %s rule del pref %d %s)", text, namespace, r.Priority, selector)
		}
	}
	lost := dump.LostRules(x.Rules)
	if i := slices.IndexFunc(lost, func(r dump.Rule) bool { return r.Family == ipv4 && r.Table == tableMain }); i >= 0 {
		return fmt.Sprintf("the rule %q is deleted, so the kernel does not find the gateway (restore it: ip -n %s rule add pref %d lookup main)",
			ipshow.RuleText(lost[i]), namespace, lost[i].Priority)
	}
	return ""
}

// selects reports whether a rule selects the kernel's look-up of a gateway on a link: it
// comes from lo, and has no source, mark and TOS.
func selects(r dump.Rule, gateway netip.Addr, dev string) bool {
	match := (r.In == "" || r.In == "lo") && (r.Out == "" || r.Out == dev) &&
		(!r.From.IsValid() || r.From.Contains(netip.IPv4Unspecified())) && (!r.To.IsValid() || r.To.Contains(gateway)) &&
		r.TOS == 0 && r.Mark&r.Mask == 0
	return match != r.Not
}
