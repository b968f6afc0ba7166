package vethlab

import (
	"fmt"
	"slices"

	"github.com/vethlab/vethlab/internal/hosts"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/xtables"
)

// An Unmanaged is something in the namespace of a running node that somebody else set and
// that no description can ask for. A plan leaves it as it is.
type Unmanaged struct {
	Node   string `json:"node"`
	What   string `json:"what"`   // "legacy iptables rules"
	Detail string `json:"detail"` // "filter (2 rules, FORWARD policy DROP)"
}

// Unmanaged returns what the plan leaves as it is though vethlab did not make it, by
// node.
func (p *Plan) Unmanaged() []Unmanaged { return p.unmanaged }

// unmanaged returns what the namespaces of a lab have that a State has no place for.
func unmanaged(s *state.State) ([]Unmanaged, error) {
	names := slices.DeleteFunc(s.Names(), func(name string) bool { return name == state.Host })
	if len(names) == 0 {
		return nil, nil
	}
	tables, err := kernel.XtablesOf(names)
	if err != nil {
		return nil, fmt.Errorf("cannot read legacy iptables: %w", err)
	}
	var list []Unmanaged
	for _, name := range names {
		if text := xtables.Summary(tables[name]); text != "" {
			list = append(list, Unmanaged{hosts.NodeName(s.Namespaces[name]), "legacy iptables rules", text})
		}
	}
	return list, nil
}
