// Package iproute2 writes Ops as the commands of iproute2 that a person would
// type, and reads them back: Parse(Print(op)) is op.
//
// There is one file per kernel thing, with both directions side by side. A
// further kind of link is a further file with its two functions, and a line in
// [Print] and in linkKinds. The package is pure: nothing is ever executed.
package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Print returns the command for an Op, quoted for a shell where needed.
//
// A veth pair with an end in the machine's own namespace is written from
// there, since ip can name every other namespace but not this one.
func Print(op plan.Op) string {
	return join(command(op))
}

// command returns the words of the command for an Op.
func command(op plan.Op) []string {
	switch op := op.(type) {
	case plan.AddNamespace:
		return []string{"ip", "netns", "add", op.Name}
	case plan.DelNamespace:
		return []string{"ip", "netns", "del", op.Name}
	case plan.AddVeth:
		return printVeth(op)
	case plan.AddBridge:
		return printAddBridge(op)
	case plan.SetBridge:
		return printSetBridge(op)
	case plan.SetLink:
		return printSetLink(op)
	case plan.DelLink:
		return ip(op.Link.Namespace, "link", "del", op.Link.Link)
	case plan.AddAddress:
		return printAddress("add", op.Link, op.Address)
	case plan.DelAddress:
		return printAddress("del", op.Link, op.Address)
	case plan.PromoteSecondaries:
		return printSysctl(op.Link.Namespace, promoteKey(op.Link.Link), "1")
	case plan.AddRoute:
		return printAddRoute(op)
	case plan.DelRoute:
		return printRoute("del", op.Namespace, op.Route)
	case plan.SetSysctl:
		return printSysctl(op.Namespace, op.Key, op.Value)
	}
	return []string{"#", fmt.Sprintf("%T", op)}
}

// ip begins an ip command for a namespace.
func ip(namespace string, words ...string) []string {
	if namespace == state.Host {
		return append([]string{"ip"}, words...)
	}
	return append([]string{"ip", "-n", namespace}, words...)
}

// Script returns a shell script of a plan, one command a line.
func Script(p plan.Plan) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\nset -eu\n")
	namespace := ""
	for i, op := range p {
		if at := op.At().Namespace; i == 0 || at != namespace {
			namespace = at
			fmt.Fprintf(&b, "\n# %s\n", title(at))
		}
		b.WriteString(Print(op))
		b.WriteByte('\n')
	}
	return b.String()
}

func title(namespace string) string {
	if namespace == state.Host {
		return "the machine itself"
	}
	return namespace
}
