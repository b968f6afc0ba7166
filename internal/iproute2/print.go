// Package iproute2 prints Ops as the commands of iproute2 that a person would
// type, and parses commands into Ops: Parse(Print(op)) is op.
//
// There is one file per kernel object, with both directions and one table of its words
// for both. A new kind of link needs a row in linkKinds, a new Op one in printers. The
// package is pure and executes nothing.
package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Print returns the command for an Op, quoted for a shell where needed.
//
// A veth pair with an end in the host namespace is created from there, since the host
// namespace has no name for ip; Parse returns that end first. A [plan.SetSysctl] equal
// to a [plan.PromoteSecondaries] is parsed as the latter. A new link with an alias
// is two commands joined by &&, which Parse refuses: the kernel ignores the alias of a
// link that is being created.
func Print(op plan.Op) string {
	print := printers.For(op)
	if print == nil {
		return fmt.Sprintf("# %T", op)
	}
	commands := []string{join(print(op))}
	for _, made := range op.Traits().NewLinks {
		if made.Alias != "" {
			commands = append(commands, Print(plan.SetLink{Link: made.Link, Alias: &made.Alias}))
		}
	}
	return strings.Join(commands, " && ")
}

// printers has one row per type of Op.
var printers = plan.NewTable(
	printer(func(op plan.AddNamespace) []string { return printNetns("add", op.Name) }),
	printer(func(op plan.DelNamespace) []string { return printNetns("del", op.Name) }),
	printer(printVeth),
	printer(printAddLink),
	printer(printSetKind),
	printer(printSetLink),
	printer(printMoveLink),
	printer(printDelLink),
	printer(printAddAddress),
	printer(func(op plan.DelAddress) []string { return printAddress("del", op.Link, op.Address) }),
	printer(printFlushAddresses),
	printer(func(op plan.PromoteSecondaries) []string {
		return printSysctl(op.Link.Namespace, promoteKey(op.Link.Link), "1")
	}),
	printer(func(op plan.AddRoute) []string {
		return printRoute(choose(op.Replace, "replace", "add"), op.Namespace, op.Route, op.Protocol)
	}),
	printer(func(op plan.DelRoute) []string { return printRoute("del", op.Namespace, op.Route, op.Protocol) }),
	printer(printAddNeighbour),
	printer(printDelNeighbour),
	printer(func(op plan.SetSysctl) []string { return printSysctl(op.Namespace, op.Key, op.Value) }),
	printer(printNft),
)

// printer is the row of a type of Op.
func printer[O plan.Op](words func(O) []string) plan.Row[func(plan.Op) []string] {
	return plan.RowOf[O](func(op plan.Op) []string { return words(op.(O)) })
}

// ip begins an ip command for a namespace.
func ip(namespace string, words ...string) []string {
	if namespace == state.Host {
		return append([]string{"ip"}, words...)
	}
	return append([]string{"ip", "-n", namespace}, words...)
}
