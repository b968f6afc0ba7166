package verify

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
)

// answersItself returns why a node's packets to an address do not leave it: a route of type
// local that somebody added; "" if they do.
func (e *engine) answersItself(node string, to netip.Addr) string {
	for _, local := range e.locals[e.namespaces[node]] {
		if local.Contains(to) && e.owners[to] != node {
			return fmt.Sprintf("%s answered itself, by its route \"local %s\": the probe did not leave it", node, local)
		}
	}
	return ""
}

// ownRefusal returns what of a node itself refuses to send to an address with an error: a
// rule of policy routing or an xfrm policy, whose errors are those of routes and packet
// filters; "" if neither does.
func (e *engine) ownRefusal(node string, to netip.Addr, err error) string {
	errno := syscall.Errno(0)
	action, byRule := uint8(0), false
	if errors.As(err, &errno) {
		action, byRule = ruleActions()[errno]
	}
	if !byRule && errno != syscall.EPERM {
		return ""
	}
	rules, policies, err := kernel.Refusals(e.namespaces[node])
	if err != nil {
		return "" // the error itself is reported
	}
	if byRule {
		return rulesRefuse(rules, action, to)
	}
	i := slices.IndexFunc(policies, func(p kernel.Policy) bool { return p.Block && p.Direction == "out" && p.To.Contains(to) })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("an xfrm policy of the node blocks it: src %s dst %s dir out action block", policies[i].From, policies[i].To)
}

// ruleActions returns the action of a rule that makes the kernel return an error: FR_ACT_*
// (fib4_rule_action in net/ipv4/fib_rules.c).
func ruleActions() map[syscall.Errno]uint8 {
	return map[syscall.Errno]uint8{syscall.EINVAL: blackhole, syscall.ENETUNREACH: unreachableRule, syscall.EACCES: prohibit}
}

// FR_ACT_* (linux/fib_rules.h).
const (
	blackhole       = 6
	unreachableRule = 7
	prohibit        = 8
)

// rulesRefuse names the rules of an address's family that have an action, and for
// unreachable also the deleted ones of a new namespace; "" if there are none.
func rulesRefuse(rules []dump.Rule, action uint8, to netip.Addr) string {
	family := uint8(syscall.AF_INET)
	if to.Is6() {
		family = syscall.AF_INET6
	}
	for _, r := range rules {
		if r.Family == family && r.Action == action && (!r.To.IsValid() || r.To.Contains(to)) {
			return fmt.Sprintf("the node has the rule %q", ipshow.RuleText(r))
		}
	}
	for _, r := range dump.LostRules(rules) {
		if r.Family == family && action == unreachableRule {
			return fmt.Sprintf("the node lacks the rule %q", ipshow.RuleText(r))
		}
	}
	return ""
}
