package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

func printSysctl(namespace, key, value string) []string {
	c := []string{"sysctl", "-q", "-w", key + "=" + value}
	if namespace == state.Host {
		return c
	}
	return append([]string{"ip", "netns", "exec", namespace}, c...)
}

// promoteBefore and promoteAfter stand around the link in a key. As in
// sysctl(8) a dot in the name of a link is written as a slash.
const (
	promoteBefore = "net.ipv4.conf."
	promoteAfter  = ".promote_secondaries"
)

func promoteKey(link string) string {
	return promoteBefore + strings.ReplaceAll(link, ".", "/") + promoteAfter
}

// promoted returns the link whose secondaries a key is about.
func promoted(key string) (link string, ok bool) {
	rest, ok := strings.CutPrefix(key, promoteBefore)
	if !ok {
		return "", false
	}
	link, ok = strings.CutSuffix(rest, promoteAfter)
	if !ok || link == "all" || link == "default" || link == "" {
		return "", false
	}
	return strings.ReplaceAll(link, "/", "."), true
}

func parseSysctl(w *words, namespace string) (plan.Op, error) {
	for w.skip("-q") || w.skip("-w") || w.skip("-qw") {
	}
	text, err := w.value("key=value")
	if err != nil {
		return nil, err
	}
	if w.more() && (strings.HasSuffix(text, "=") || strings.HasPrefix(w.peek(), "=")) {
		for w.more() { // key = value
			text += w.next()
		}
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return nil, fmt.Errorf("sysctl: %q is not key=value", text)
	}
	if link, ok := promoted(key); ok && value == "1" {
		return plan.PromoteSecondaries{Link: state.Endpoint{Namespace: namespace, Link: link}}, nil
	}
	return plan.SetSysctl{Namespace: namespace, Key: key, Value: value}, nil
}
