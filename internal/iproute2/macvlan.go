package iproute2

import (
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// macvlanKind is the row of macvlans in linkKinds.
var macvlanKind = linkKind{
	add:      parseAddMacvlan,
	settings: settingsOf(func(m state.Macvlan) []string { return macvlanGrammar.write(state.MacvlanChange{Mode: m.Mode}) }),
	set:      parseSetMacvlan,
	changes:  changesOf(macvlanGrammar.write),
}

var macvlanGrammar = grammar[state.MacvlanChange]{options: []option[state.MacvlanChange]{
	{
		words: []string{"mode"},
		write: func(m *state.MacvlanChange) ([]string, bool) { return []string{m.Mode}, m.Mode != "" },
		read:  readMacvlanMode,
	},
	refused[state.MacvlanChange]("flag", "flags of macvlans are not supported"),
	refused[state.MacvlanChange]("macaddr", "lists of MACs of macvlans are not supported"),
	refused[state.MacvlanChange]("bcqueuelen", "settings of queues are not supported"),
}}

func readMacvlanMode(w *words, m *state.MacvlanChange) error {
	if w.Peek() == "source" {
		return w.unsupported("macvlans of mode source are not supported")
	}
	for _, mode := range state.MacvlanModes() {
		if w.Skip(mode) {
			m.Mode = mode
			return nil
		}
	}
	return w.Unexpected(state.MacvlanModes()...)
}

// parseAddMacvlan has the kernel's default mode, which is vepa.
func parseAddMacvlan(w *words, d device) (plan.Op, error) {
	change := state.MacvlanChange{Mode: state.MacvlanVEPA}
	if err := macvlanGrammar.read(w, &change); err != nil {
		return nil, err
	}
	return d.adds(w, state.Macvlan{Mode: change.Mode})
}

func parseSetMacvlan(w *words) (state.Change, error) {
	var change state.MacvlanChange
	if err := macvlanGrammar.read(w, &change); err != nil {
		return nil, err
	}
	if change.Mode == "" {
		return nil, w.Missing("mode")
	}
	return change, nil
}
