package live

import (
	"maps"
	"slices"

	"github.com/vethlab/vethlab/internal/dump"
)

// tables holds what a namespace has besides its links.
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

// drop takes out what goes with a link, without a word from the kernel or before
// it. Routes are told of, or read anew.
func (t *tables) drop(index int) {
	maps.DeleteFunc(t.addresses, func(k addressKey, _ dump.Address) bool { return k.index == index })
	maps.DeleteFunc(t.neighbours, func(k neighbourKey, _ dump.Neighbour) bool { return k.index == index })
}

// A table is one of the lists that the kernel tells of, entry by entry.
type table[K comparable, T any] struct {
	of     func(*tables) map[K]T
	key    func(T) K
	wanted func(T) bool
	order  func(a, b T) int

	added, gone Kind
	changed     func(old, now T) (kind Kind, was string)          // "": nothing that counts
	event       func(p *Picture, netns int32, t T, e *Event) bool // fills an event in; false: it does not count
}

func (tb table[K, T]) fill(t *tables, entries []T) {
	for _, e := range entries {
		if tb.wanted(e) {
			tb.of(t)[tb.key(e)] = e
		}
	}
}

// sorted returns the entries in order.
func (tb table[K, T]) sorted(t *tables) []T {
	return slices.SortedFunc(maps.Values(tb.of(t)), tb.order)
}

// tell returns the event of an entry.
func (tb table[K, T]) tell(p *Picture, netns int32, kind Kind, was string, entry T) []Event {
	e := Event{Kind: kind, Was: was}
	if !tb.event(p, netns, entry, &e) {
		return nil
	}
	return []Event{e}
}

// entryIs says what an entry is like now.
type entryIs[K comparable, T any] struct {
	table table[K, T]
	netns int32
	entry T
}

func (u entryIs[K, T]) apply(p *Picture) []Event {
	t := p.tables[u.netns]
	if t == nil || !u.table.wanted(u.entry) {
		return nil
	}
	entries, key := u.table.of(t), u.table.key(u.entry)
	old, known := entries[key]
	entries[key] = u.entry
	if !known {
		return u.table.tell(p, u.netns, u.table.added, "", u.entry)
	}
	if kind, was := u.table.changed(old, u.entry); kind != "" {
		return u.table.tell(p, u.netns, kind, was, u.entry)
	}
	return nil
}

// entryLost says that an entry is no more.
type entryLost[K comparable, T any] struct {
	table table[K, T]
	netns int32
	entry T
}

func (u entryLost[K, T]) apply(p *Picture) []Event {
	t := p.tables[u.netns]
	if t == nil {
		return nil
	}
	entries, key := u.table.of(t), u.table.key(u.entry)
	if _, known := entries[key]; !known {
		return nil
	}
	delete(entries, key)
	return u.table.tell(p, u.netns, u.table.gone, "", u.entry)
}

// entriesAre says all entries there are.
type entriesAre[K comparable, T any] struct {
	table   table[K, T]
	netns   int32
	entries []T
}

func (u entriesAre[K, T]) apply(p *Picture) []Event {
	t := p.tables[u.netns]
	if t == nil {
		return nil
	}
	there := map[K]bool{}
	for _, e := range u.entries {
		there[u.table.key(e)] = true
	}
	var events []Event
	for _, e := range u.table.sorted(t) {
		if !there[u.table.key(e)] {
			events = append(events, entryLost[K, T]{u.table, u.netns, e}.apply(p)...)
		}
	}
	for _, e := range u.entries {
		events = append(events, entryIs[K, T]{u.table, u.netns, e}.apply(p)...)
	}
	return events
}

// never is for entries that are the same or others.
func never[T any](T, T) (Kind, string) { return "", "" }
