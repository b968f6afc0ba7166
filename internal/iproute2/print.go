// Package iproute2 writes Ops as the commands of iproute2 that a person would
// type, and reads them back: Parse(Print(op)) is op.
//
// There is one file per kernel thing, with both directions side by side and one
// table of its words for both. A further kind of link is a further file, and a
// line in command and in linkKinds. The package is pure: nothing is ever
// executed.
package iproute2

import (
	"fmt"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Print returns the command for an Op, quoted for a shell where needed.
//
// A veth pair with an end in the machine's own namespace is written from
// there, since ip can name every other namespace but not this one; Parse
// returns that end first. A [plan.SetSysctl] that does what a
// [plan.PromoteSecondaries] does comes back as one.
func Print(op plan.Op) string {
	return join(command(op))
}

// command returns the words of the command for an Op.
func command(op plan.Op) []string {
	switch op := op.(type) {
	case plan.AddNamespace:
		return printNetns("add", op.Name)
	case plan.DelNamespace:
		return printNetns("del", op.Name)
	case plan.AddVeth:
		return printVeth(op)
	case plan.AddBridge:
		return printAddBridge(op)
	case plan.SetBridge:
		return printSetBridge(op)
	case plan.SetLink:
		return printSetLink(op)
	case plan.MoveLink:
		return printMoveLink(op)
	case plan.DelLink:
		return printDelLink(op)
	case plan.AddAddress:
		return printAddAddress(op)
	case plan.DelAddress:
		return printAddress("del", op.Link, op.Address)
	case plan.FlushAddresses:
		return printFlushAddresses(op)
	case plan.PromoteSecondaries:
		return printSysctl(op.Link.Namespace, promoteKey(op.Link.Link), "1")
	case plan.AddRoute:
		return printRoute(choose(op.Replace, "replace", "add"), op.Namespace, op.Route)
	case plan.DelRoute:
		return printRoute("del", op.Namespace, op.Route)
	case plan.SetSysctl:
		return printSysctl(op.Namespace, op.Key, op.Value)
	case plan.Nft:
		return printNft(op)
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
