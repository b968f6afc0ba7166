package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Script returns a shell script of a plan, one command a line, with a title above
// each namespace's part.
func Script(p plan.Plan) string {
	s := newScript(p)
	namespace := ""
	for i, op := range p {
		if at := op.At().Namespace; i == 0 || at != namespace {
			namespace = at
			s.comment(s.describe(at))
		}
		s.command(op)
	}
	return s.String()
}

// Tutorial returns a shell script of a [plan.Tutorial] with explaining comments.
func Tutorial(p plan.Plan) string {
	s := newScript(p)
	section, namespace := plan.Namespaces-1, ""
	for _, op := range p {
		next, at := op.Traits().Section, op.At().Namespace
		switch {
		case next != section:
			s.comment(sections[next])
			fallthrough
		case at != namespace:
			if next == plan.Settings {
				s.comment(s.describe(at))
			}
		}
		section, namespace = next, at
		s.command(op)
	}
	return s.String()
}

// sections are the comments above each section of a tutorial.
var sections = map[plan.Section]string{
	plan.Namespaces: `Network namespaces: each has its own interfaces, addresses and routes. A new
one has only lo, which is down. The alias of lo marks it as part of a lab.
Look: ip netns list; ls /run/netns`,
	plan.Bridges: `Bridges: switches in software. A bridge takes the smallest MTU of its ports
until its own MTU is changed: it is created with another one, changed later.
Look: ip -n NAME link`,
	plan.VethPairs: `Veth pairs: two interfaces; a frame sent through one is received by the other.
Both ends are in the host namespace for now.
Look: ip link`,
	plan.Moves: `Each end is moved into its namespace. ip link no longer lists it here, and
lists it there as NAME@ifN: N is the index of its peer.
Look: ip link; ip -n NAME link`,
	plan.OtherLinks: `Other interfaces. One with a lower device (link) sends and receives through
that, also from another namespace, and is deleted with it.
Look: ip -d -n NAME link`,
	plan.Settings: `In each namespace: addresses, then the interface up, then routes. By default
the kernel derives an fe80 address from the MAC and runs duplicate address
detection for a second; here it is added by hand (addrgenmode none, nodad).
Look: ip -n NAME addr; ip -n NAME route`,
}

// script builds a shell script.
type script struct {
	strings.Builder
	end       *state.State // the State after the plan, as far as the plan determines it
	explained map[string]bool
}

func newScript(p plan.Plan) *script {
	s := &script{end: state.New(), explained: map[string]bool{}}
	_ = p.Apply(s.end) // fails if the plan changes existing links
	s.WriteString("#!/bin/sh\nset -eu\n")
	return s
}

func (s *script) comment(text string) {
	fmt.Fprintf(s, "\n%s\n", escape.ShellComment(text))
}

func (s *script) command(op plan.Op) { s.WriteString(Print(op) + "\n") }

// describe returns the title of a namespace and, the first time, its links.
func (s *script) describe(namespace string) string {
	title := escape.Line(namespace)
	if namespace == state.Host {
		title = "host namespace"
	}
	ns := s.end.Namespace(namespace)
	if ns == nil || s.explained[namespace] {
		return title
	}
	s.explained[namespace] = true
	if kind := kindOf(ns); kind != "" {
		title += ", " + kind
	}
	var links []string
	for _, name := range ns.LinkNames() {
		if text := s.describeLink(ns.Links[name]); text != "" {
			links = append(links, text)
		}
	}
	return strings.Join(append([]string{title}, links...), "\n  ")
}

// kindOf returns "a switch", "a router" or "".
func kindOf(ns *state.Namespace) string {
	ports, cables := 0, 0
	for _, l := range ns.Links {
		switch {
		case l.Master != "":
			ports++
		case len(l.Related()) > 0:
			cables++
		}
	}
	if ports > 0 && cables == 0 {
		return "a switch"
	}
	if ns.Sysctls[state.ForwardIPv4] == "1" || ns.Sysctls[state.ForwardIPv6] == "1" {
		return "a router"
	}
	return ""
}

// describeLink returns a link's addresses and peer; "" if it has neither.
func (s *script) describeLink(l *state.Link) string {
	words := []string{l.Name}
	for _, a := range l.Addresses {
		if !a.Addr().IsLinkLocalUnicast() {
			words = append(words, a.String())
		}
	}
	peer, cabled := l.Peer()
	switch lower := l.Kind.Lower(); {
	case cabled:
		words = append(words, "to "+peer.String())
	case len(lower) > 0:
		words = append(words, "on "+lower[0].String())
	case len(words) == 1:
		return ""
	}
	return escape.Line(strings.Join(words, " "))
}
