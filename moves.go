package vethlab

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// A Move is an interface that an edit of the description gives other addresses, though
// the description leaves them out before and after.
type Move struct {
	Node, Interface string
	Was, Now        []netip.Prefix // without link-local ones

	// Taken says that the edit gives one of the old addresses to another interface, so
	// that they cannot be kept.
	Taken bool
}

// Moves returns the interfaces that the plan gives other addresses without having been
// requested, as other parts of the description have changed since the lab was brought up. With
// the old addresses written into it, they keep them; see [Lab.Pinned].
func (p *Plan) Moves() []Move { return p.moves }

// moves returns the moves between what was last wanted and what is wanted now.
func (l *Lab) moves() []Move {
	old, err := recorded(l.name)
	if err != nil {
		return nil // unknown
	}
	var moves []Move
	for _, m := range l.compiled.Load().Moved(old.Lab) {
		moves = append(moves, Move{Node: m.Node, Interface: m.Interface, Was: m.Was, Now: m.Addresses, Taken: m.Taken})
	}
	return moves
}

// Pinned returns the description with the addresses written into it that it leaves out:
// those that the lab was last brought up with or, if it does not run, those that it would
// get. An interface that was added since is left as it is.
func (l *Lab) Pinned() (*topo.Topology, error) {
	d := l.compiled.Load()
	if d == nil {
		return nil, l.unknown()
	}
	pins := d.Pins()
	names, err := l.namespaces()
	if err != nil && !errors.Is(err, sandbox.ErrRoot) {
		return nil, err
	}
	if len(names) > 0 {
		old, err := recorded(l.name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the addresses of lab %s: %w", l.name, err)
		}
		pins = d.Keeping(old.Lab)
	}
	pinned := d.WithPins(pins)
	if _, err := describe(l.name, pinned); err != nil {
		return nil, err
	}
	return pinned, nil
}
