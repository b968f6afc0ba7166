package hostmap

import (
	"fmt"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// A Filter selects namespaces, or interfaces in them: KEY=VALUE[,VALUE]…, of which one
// must match; * and ? are wildcards.
type Filter struct {
	key    string
	values []string
}

// ParseFilter reads a filter.
func ParseFilter(text string) (Filter, error) {
	key, values, ok := strings.Cut(text, "=")
	if !ok || values == "" {
		return Filter{}, fmt.Errorf("invalid filter %q (want KEY=VALUE, such as engine=docker)", text)
	}
	f := Filter{key, strings.Split(values, ",")}
	if !slices.Contains(FilterKeys(), key) {
		return Filter{}, fmt.Errorf("unknown filter %q%s", key, suggest(key, FilterKeys()))
	}
	for _, v := range f.values {
		if err := f.check(v); err != nil {
			return Filter{}, err
		}
	}
	return f, nil
}

// suggest returns ": did you mean …?" or, without a similar word, the known ones.
func suggest(word string, known []string) string {
	if mean := words.DidYouMean(word, known); mean != "" {
		return mean
	}
	return " (want " + strings.Join(known, ", ") + ")"
}

// check returns an error for an invalid value.
func (f Filter) check(v string) error {
	switch f.key {
	case "pid":
		if _, err := strconv.Atoi(v); err != nil {
			return fmt.Errorf("invalid pid=%s (want a number)", v)
		}
	case "address":
		if _, err := parsePrefix(v); err != nil {
			return fmt.Errorf("invalid address=%s (want an address or a subnet)", v)
		}
	default:
		if _, err := path.Match(v, ""); err != nil {
			return fmt.Errorf("invalid %s=%s: unclosed bracket", f.key, v)
		}
	}
	return nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// namespaceKeys and interfaceKeys return the values that each key is compared with.
func namespaceKeys() map[string]func(*Namespace) []string {
	return map[string]func(*Namespace) []string{
		"engine": func(ns *Namespace) []string { return ns.engines() },
		"name":   func(ns *Namespace) []string { return ns.names() },
		"lab":    func(ns *Namespace) []string { return []string{ns.Lab} },
		"pid": func(ns *Namespace) []string {
			return each(ns.Processes, func(p Process) string { return itoa(p.PID) })
		},
		"command": func(ns *Namespace) []string {
			return each(ns.Processes, func(p Process) string { return p.Command })
		},
		"user": func(ns *Namespace) []string {
			return append(each(ns.Processes, func(p Process) string { return p.User }), each(ns.Processes, func(p Process) string { return itoa(p.UID) })...)
		},
	}
}

func interfaceKeys() map[string]func(*Interface) []string {
	return map[string]func(*Interface) []string{
		"interface": func(i *Interface) []string { return []string{i.Name} },
		"kind":      func(i *Interface) []string { return []string{i.Kind} },
		"state":     func(i *Interface) []string { return []string{i.State} },
		"address":   nil, // see Filter.inSubnet
	}
}

func each[T any](list []T, value func(T) string) []string {
	values := make([]string, len(list))
	for i, t := range list {
		values[i] = value(t)
	}
	return values
}

// FilterKeys returns all keys of filters, sorted.
func FilterKeys() []string {
	keys := slices.Collect(maps.Keys(namespaceKeys()))
	keys = slices.AppendSeq(keys, maps.Keys(interfaceKeys()))
	slices.Sort(keys)
	return keys
}

// Select returns the namespaces that match all filters. Filters on interfaces also
// remove the interfaces that do not match, and namespaces without a match.
func (m *Map) Select(filters []Filter) *Map {
	selected := &Map{Namespaces: []*Namespace{}, Unseen: m.Unseen, LeftOut: m.LeftOut}
	for _, ns := range m.Namespaces {
		if part := ns.selected(filters); part != nil {
			selected.Namespaces = append(selected.Namespaces, part)
		}
	}
	return selected
}

func (ns *Namespace) selected(filters []Filter) *Namespace {
	part := *ns
	part.Interfaces = slices.Clone(ns.Interfaces)
	filtered := false
	for _, f := range filters {
		if valuesOf, ok := namespaceKeys()[f.key]; ok {
			if !f.any(valuesOf(ns)) {
				return nil
			}
			continue
		}
		filtered = true
		part.Interfaces = slices.DeleteFunc(part.Interfaces, func(i Interface) bool { return !f.matches(&i) })
	}
	if filtered && len(part.Interfaces) == 0 {
		return nil
	}
	return &part
}

func (f Filter) matches(i *Interface) bool {
	if f.key == "address" {
		return slices.ContainsFunc(f.values, func(v string) bool {
			subnet, _ := parsePrefix(v)
			return slices.ContainsFunc(i.Addresses, func(a netip.Prefix) bool { return subnet.Contains(a.Addr()) })
		})
	}
	return f.any(interfaceKeys()[f.key](i))
}

// any reports whether one of values matches one of the filter's.
func (f Filter) any(values []string) bool {
	return slices.ContainsFunc(f.values, func(v string) bool {
		return slices.ContainsFunc(values, func(s string) bool {
			ok, _ := path.Match(strings.ReplaceAll(v, "/", "\x00"), strings.ReplaceAll(s, "/", "\x00"))
			return ok
		})
	})
}

// Mistaken returns an error if a filter matches nothing on the machine, with similar
// values: kind=vteh.
func (m *Map) Mistaken(filters []Filter) error {
	for _, f := range filters {
		var values []string
		for _, ns := range m.Namespaces {
			if valuesOf, ok := namespaceKeys()[f.key]; ok {
				values = append(values, valuesOf(ns)...)
			} else if valuesOf := interfaceKeys()[f.key]; valuesOf != nil {
				for i := range ns.Interfaces {
					values = append(values, valuesOf(&ns.Interfaces[i])...)
				}
			}
		}
		if f.key != "address" && !f.any(values) {
			return fmt.Errorf("%s=%s matches nothing%s", f.key, strings.Join(f.values, ","), words.DidYouMean(f.values[0], values))
		}
	}
	return nil
}

func (ns *Namespace) engines() []string {
	list := []string{ns.Engine}
	if ns.Host {
		list = []string{HostName}
	}
	for _, c := range ns.Containers {
		list = append(list, c.Engine)
	}
	return list
}
