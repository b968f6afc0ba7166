package hostmap

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/words"
)

// A Found is a match of a word: a namespace, or an interface in it.
type Found struct {
	Namespace *Namespace `json:"namespace"`
	Interface *Interface `json:"interface,omitempty"`
}

// Find returns the matches of a word: a namespace or container by name, ID, file, PID or
// inode, an interface by name (of one namespace: web/eth0), or an address. Without a
// match it returns an error with similar names.
func (m *Map) Find(word string) ([]Found, error) {
	for _, find := range []func(string) []Found{m.byName, m.byInterface, m.byAddress, m.byID, m.byCommand} {
		if found := find(word); len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("cannot find %q%s", word, words.DidYouMean(word, m.known()))
}

// known returns all names.
func (m *Map) known() []string {
	var names []string
	for _, ns := range m.Namespaces {
		names = append(names, ns.names()...)
		for i := range ns.Interfaces {
			names = append(names, ns.Interfaces[i].Name)
		}
	}
	return names
}

// names returns the names by which a namespace can be found.
func (ns *Namespace) names() []string {
	names := []string{ns.Name, ns.Node}
	for _, c := range ns.Containers {
		names = append(names, c.Name, c.title())
	}
	for _, f := range ns.Files {
		names = append(names, path.Base(f.Path), f.Path)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}

// namespaces returns the namespaces for which match is true.
func (m *Map) namespaces(match func(*Namespace) bool) []Found {
	var found []Found
	for _, ns := range m.Namespaces {
		if match(ns) {
			found = append(found, Found{Namespace: ns})
		}
	}
	return found
}

func (m *Map) byName(word string) []Found {
	if ns := m.Namespace(word); ns != nil {
		return []Found{{Namespace: ns}}
	}
	return m.namespaces(func(ns *Namespace) bool {
		return slices.Contains(ns.names(), word) || ns.Inode != 0 && word == fmt.Sprintf("net:[%d]", ns.Inode)
	})
}

// interfaces returns the interfaces for which match is true.
func (m *Map) interfaces(match func(*Namespace, *Interface) bool) []Found {
	var found []Found
	for _, ns := range m.Namespaces {
		for i := range ns.Interfaces {
			if match(ns, &ns.Interfaces[i]) {
				found = append(found, Found{ns, &ns.Interfaces[i]})
			}
		}
	}
	return found
}

func (m *Map) byInterface(word string) []Found {
	at := strings.LastIndexByte(word, '/')
	if at < 0 {
		return m.interfaces(func(_ *Namespace, i *Interface) bool { return i.Name == word })
	}
	in := m.byName(word[:at])
	return m.interfaces(func(ns *Namespace, i *Interface) bool {
		return i.Name == word[at+1:] && slices.ContainsFunc(in, func(f Found) bool { return f.Namespace == ns })
	})
}

func (m *Map) byAddress(word string) []Found {
	prefix, err := parsePrefix(word)
	if err != nil {
		return nil
	}
	return m.interfaces(func(_ *Namespace, i *Interface) bool {
		return slices.ContainsFunc(i.Addresses, func(a netip.Prefix) bool { return a.Addr() == prefix.Addr() })
	})
}

// byID finds a process by PID, and a container by a prefix of its ID.
func (m *Map) byID(word string) []Found {
	const minDigits = 4 // of an ID, so that short words do not match by chance
	return m.namespaces(func(ns *Namespace) bool {
		return slices.ContainsFunc(ns.Processes, func(p Process) bool { return itoa(p.PID) == word }) ||
			slices.ContainsFunc(ns.Containers, func(c Container) bool {
				return itoa(c.PID) == word || len(word) >= minDigits && strings.HasPrefix(c.ID, word)
			}) ||
			slices.ContainsFunc(ns.Holders, func(h Holder) bool { return itoa(h.PID) == word })
	})
}

func (m *Map) byCommand(word string) []Found {
	return m.namespaces(func(ns *Namespace) bool {
		return slices.ContainsFunc(ns.Processes, func(p Process) bool { return p.Command == word || p.Unit == word })
	})
}

// Sentence describes an interface in one sentence.
func (f Found) Sentence() string {
	i, here := f.Interface, End{Namespace: f.Namespace.Name, Interface: f.Interface.Name}
	var b strings.Builder
	fmt.Fprintf(&b, "%s is ", here)
	switch {
	case i.Peer != nil:
		fmt.Fprintf(&b, "the peer of %s", i.Peer)
	case i.Kind == "":
		b.WriteString("a physical device")
		if i.Name == "lo" {
			return here.String() + " is the loopback interface of " + f.Namespace.Name
		}
	default:
		b.WriteString("a " + i.what())
	}
	if i.Lower != nil {
		fmt.Fprintf(&b, " on %s", i.Lower)
	}
	if list := each(i.shown(false), netip.Prefix.String); len(list) > 0 {
		b.WriteString(", " + sentenceList(list))
	}
	switch i.State {
	case dump.StateUp:
	case dump.StateNoCarrier:
		b.WriteString(", and it has no carrier")
	default:
		b.WriteString(", and it is " + i.State)
	}
	f.master(&b)
	if len(i.Ports) > 0 {
		b.WriteString("; its ports are " + words.List(i.Ports, maxNames))
	}
	for _, p := range i.HeldBy {
		b.WriteString("; " + p.who() + " has it open")
	}
	for _, via := range i.Default {
		b.WriteString("; " + f.Namespace.Name + " has its " + strings.Replace(viaOf(via), "default", "default route", 1))
	}
	return b.String()
}

// sentenceList joins a few, and counts the rest of many.
func sentenceList(list []string) string {
	if len(list) > maxAddresses {
		return words.List(list, maxAddresses)
	}
	return strings.Join(list, " and ")
}

func (f Found) master(b *strings.Builder) {
	if f.Interface.Master == "" {
		return
	}
	fmt.Fprintf(b, "; it is a port of %s", f.Interface.Master)
	if bridge := f.Namespace.Interface(f.Interface.Master); bridge != nil && bridge.Network != "" {
		fmt.Fprintf(b, ", network %s", bridge.Network)
	}
}
