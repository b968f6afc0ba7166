package live

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// tables holds the addresses, routes, rules and neighbours of a namespace.
type tables struct {
	addresses  map[addressKey]dump.Address
	routes     map[routeKey]dump.Route
	rules      map[dump.Rule]dump.Rule
	neighbours map[neighbourKey]dump.Neighbour
}

func newTables(seen *dump.Namespace) *tables {
	t := &tables{
		addresses: map[addressKey]dump.Address{}, routes: map[routeKey]dump.Route{},
		rules: map[dump.Rule]dump.Rule{}, neighbours: map[neighbourKey]dump.Neighbour{},
	}
	addresses().fill(t, seen.Addresses)
	routes().fill(t, seen.Routes)
	rules().fill(t, seen.Rules)
	neighbours().fill(t, seen.Neighbours)
	return t
}

// drop deletes the addresses and neighbours of a deleted link: the kernel does not
// report them, or reports them later. Lost routes are reported or read again.
func (t *tables) drop(index int) {
	maps.DeleteFunc(t.addresses, func(k addressKey, _ dump.Address) bool { return k.index == index })
	maps.DeleteFunc(t.neighbours, func(k neighbourKey, _ dump.Neighbour) bool { return k.index == index })
}

// A table describes one kind of entry: addresses, routes, rules or neighbours.
type table[K comparable, T any] struct {
	entries func(*tables) map[K]T
	key     func(T) K
	shown   func(T) bool
	order   func(a, b T) int

	added, deleted Kind
	changed        func(old, now T) (kind Kind, was string)       // "": no event
	event          func(v *View, netns int32, t T, e *Event) bool // fills in an event; false: out of scope
}

func (tb table[K, T]) fill(t *tables, entries []T) {
	for _, e := range entries {
		if tb.shown(e) {
			tb.entries(t)[tb.key(e)] = e
		}
	}
}

// sorted returns the entries in order.
func (tb table[K, T]) sorted(t *tables) []T {
	return slices.SortedFunc(maps.Values(tb.entries(t)), tb.order)
}

// emit returns the event of an entry, if in scope.
func (tb table[K, T]) emit(v *View, netns int32, kind Kind, was string, entry T) []Event {
	e := Event{Kind: kind, Was: was}
	if !tb.event(v, netns, entry, &e) {
		return nil
	}
	return []Event{e}
}

// setEntry adds or changes an entry.
type setEntry[K comparable, T any] struct {
	table table[K, T]
	netns int32
	entry T
}

func (u setEntry[K, T]) apply(v *View) []Event {
	t := v.tables[u.netns]
	if t == nil || !u.table.shown(u.entry) {
		return nil
	}
	entries, key := u.table.entries(t), u.table.key(u.entry)
	old, known := entries[key]
	if !known && !v.foreign.add(u.netns, len(entries)) {
		return v.full(u.netns, u.table.added, len(entries))
	}
	entries[key] = u.entry
	if !known {
		return u.table.emit(v, u.netns, u.table.added, "", u.entry)
	}
	if kind, was := u.table.changed(old, u.entry); kind != "" {
		return u.table.emit(v, u.netns, kind, was, u.entry)
	}
	return nil
}

// delEntry deletes an entry.
type delEntry[K comparable, T any] struct {
	table table[K, T]
	netns int32
	entry T
}

func (u delEntry[K, T]) apply(v *View) []Event {
	t := v.tables[u.netns]
	if t == nil {
		return nil
	}
	entries, key := u.table.entries(t), u.table.key(u.entry)
	if _, known := entries[key]; !known {
		return nil
	}
	delete(entries, key)
	v.foreign.remove(u.netns, 1)
	return u.table.emit(v, u.netns, u.table.deleted, "", u.entry)
}

// setEntries replaces all entries of a namespace.
type setEntries[K comparable, T any] struct {
	table   table[K, T]
	netns   int32
	entries []T
}

func (u setEntries[K, T]) apply(v *View) []Event {
	t := v.tables[u.netns]
	if t == nil {
		return nil
	}
	present := map[K]bool{}
	for _, e := range u.entries {
		present[u.table.key(e)] = true
	}
	var events []Event
	for _, e := range u.table.sorted(t) {
		if !present[u.table.key(e)] {
			events = append(events, delEntry[K, T]{u.table, u.netns, e}.apply(v)...)
		}
	}
	for _, e := range u.entries {
		events = append(events, setEntry[K, T]{u.table, u.netns, e}.apply(v)...)
	}
	return events
}

// unchanged is table.changed of entries whose key is the whole entry.
func unchanged[T any](T, T) (Kind, string) { return "", "" }
