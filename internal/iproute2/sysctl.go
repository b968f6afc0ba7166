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

// promoteBefore and promoteAfter surround the link in a key. As in sysctl(8) a dot in
// the name of a link is written as a slash.
const (
	promoteBefore = "net.ipv4.conf."
	promoteAfter  = ".promote_secondaries"
)

func promoteKey(link string) string {
	return promoteBefore + strings.ReplaceAll(link, ".", "/") + promoteAfter
}

// promoted returns the link of a promote_secondaries key.
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

func parseSysctl(w *words) (plan.Plan, error) {
	for w.Skip("-q", "-w", "-qw", "-wq", "-e", "-n", "--quiet", "--write", "--ignore") {
	}
	switch {
	case w.Skip("-p", "--load", "--system"):
		return nil, w.unsupported("settings in a file are not supported")
	case strings.HasPrefix(w.Peek(), "-"):
		return nil, w.Unexpected("-q", "-w", "key=value")
	}
	var p plan.Plan
	for len(p) == 0 || w.More() {
		key, value, err := readSetting(w)
		if err != nil {
			return nil, err
		}
		p = append(p, setting(w, key, value))
	}
	return p, nil
}

func setting(w *words, key, value string) plan.Op {
	if link, ok := promoted(key); ok && value == "1" {
		return plan.PromoteSecondaries{Link: w.at(link)}
	}
	return plan.SetSysctl{Namespace: w.namespace, Key: key, Value: value}
}

// readSetting parses "key=value", or all words of "key = value" as in sysctl.conf(5).
func readSetting(w *words) (key, value string, err error) {
	place := w.Place()
	text, err := w.Value("key=value")
	if err != nil {
		return "", "", err
	}
	spaced := w.More() && (strings.HasSuffix(text, "=") || strings.HasPrefix(w.Peek(), "="))
	for spaced && w.More() {
		text += " " + w.Next()
	}
	key, value, ok := strings.Cut(text, "=")
	if spaced {
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	}
	if !ok || key == "" {
		return "", "", fmt.Errorf("%s is not key=value", place)
	}
	return state.SysctlKey(key), value, nil
}
