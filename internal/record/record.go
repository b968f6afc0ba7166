// Package record keeps the last description of a running lab, in a file beside the lab's
// lock. What a lab consists of is always read from the kernel; the record says what was
// last wanted, so that sysctls and neighbour entries are undone that a new description no
// longer asks for, and that the description of a running lab is known.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/topo"
)

// A Record is the last description of a lab.
type Record struct {
	Version   int            `json:"version"`
	Topology  *topo.Topology `json:"topology"`
	Positions []topo.Pos     `json:"positions"` // see positions

	// Sysctls are the described sysctls, by namespace; Undo those of earlier
	// descriptions that are not restored yet. If a program is killed meanwhile the next
	// one restores them.
	Sysctls settings `json:"sysctls,omitempty"`
	Undo    settings `json:"undo,omitempty"`

	// Neighbours are the described neighbour entries, by namespace, and those of
	// earlier descriptions that are not deleted yet.
	Neighbours map[string]state.Neighbours `json:"neighbours,omitempty"`

	// HostAddresses are the described addresses of links in the host namespace, and those of
	// earlier descriptions that are not deleted yet, by link. Others may add some there.
	HostAddresses map[string]state.Addresses `json:"host_addresses,omitempty"`

	text []byte // in the file
}

// version changes whenever an older program would misread a record.
const version = 1

// settings are sysctls by namespace and dotted key.
type settings map[string]map[string]string

// New returns the record of a description and its State.
func New(t *topo.Topology, described *state.State) *Record {
	r := &Record{
		Version: version, Topology: t, Positions: positions(t),
		Sysctls: settings{}, Undo: settings{}, Neighbours: map[string]state.Neighbours{},
		HostAddresses: map[string]state.Addresses{},
	}
	if host := described.Namespaces[state.Host]; host != nil {
		for name, l := range host.Links {
			r.HostAddresses[name] = l.Addresses
		}
	}
	for name, ns := range described.Namespaces {
		if len(ns.Sysctls) > 0 {
			r.Sysctls[name] = ns.Sysctls
		}
		if len(ns.Neighbours) > 0 {
			r.Neighbours[name] = ns.Neighbours
		}
	}
	return r
}

// Replacing returns r with the settings that have to be undone of an earlier record, which
// may be nil, until the lab is as r describes it.
func (r Record) Replacing(before *Record) *Record {
	if before == nil {
		return &r
	}
	r.Undo, r.Neighbours = settings{}, maps.Clone(r.Neighbours)
	for name, old := range before.settings() {
		for key, value := range old {
			if _, asked := r.Sysctls[name][key]; asked {
				continue
			}
			if r.Undo[name] == nil {
				r.Undo[name] = map[string]string{}
			}
			r.Undo[name][key] = value
		}
	}
	for name, old := range before.Neighbours {
		for _, n := range old {
			if _, described := r.Neighbours[name].Find(n.Key()); !described {
				r.Neighbours[name] = slices.Clone(r.Neighbours[name]).Set(n)
			}
		}
	}
	r.HostAddresses = maps.Clone(r.HostAddresses)
	for name, old := range before.HostAddresses {
		for _, a := range old {
			if !r.HostAddresses[name].Contains(a) {
				r.HostAddresses[name] = append(slices.Clone(r.HostAddresses[name]), a)
			}
		}
	}
	return &r
}

// settings returns all sysctls of a record, also those to undo; none for nil.
func (r *Record) settings() settings {
	all := settings{}
	if r == nil {
		return all
	}
	for _, some := range []settings{r.Undo, r.Sysctls} {
		for name, set := range some {
			if all[name] == nil {
				all[name] = map[string]string{}
			}
			maps.Copy(all[name], set)
		}
	}
	return all
}

// State returns a State with only the sysctls, also those to undo, the neighbour entries, and
// the links of the host namespace with only their addresses; nil for nil.
func (r *Record) State() *state.State {
	if r == nil {
		return nil
	}
	s := state.New()
	for name, set := range r.settings() {
		s.Add(name).Sysctls = set
	}
	for name, list := range r.Neighbours {
		if s.Namespaces[name] == nil {
			s.Add(name)
		}
		s.Namespaces[name].Neighbours = list
	}
	for name, addresses := range r.HostAddresses {
		if s.Namespaces[state.Host] == nil {
			s.Add(state.Host)
		}
		s.Namespaces[state.Host].Links[name] = &state.Link{Name: name, Addresses: addresses}
	}
	return s
}

// MissingError returns the error for a lab without a record.
func MissingError(lab string) error {
	return fmt.Errorf("lab %s has no record of how it was brought up", lab)
}

// Read returns the record of a lab; nil if there is none.
func Read(lab string) (*Record, error) {
	text, err := sandbox.Wanted(lab)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return decode(lab, text)
}

func decode(lab string, text []byte) (*Record, error) {
	r := &Record{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("the record of lab %s is damaged: %w", lab, withoutPlace(err))
	}
	if r.Version != version {
		return nil, fmt.Errorf("the record of lab %s has version %d (want %d)", lab, r.Version, version)
	}
	if r.Topology == nil || r.Topology.Name != lab {
		return nil, fmt.Errorf("the record of lab %s is damaged: it describes another lab, or none", lab)
	}
	setPositions(r.Topology, r.Positions)
	r.text = text
	return r, nil
}

// Last does what Read does, for a record that may equal r: then it returns r, since to decode
// a record takes longer than to encode one.
func (r *Record) Last(lab string) (*Record, error) {
	text, err := sandbox.Wanted(lab)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return r.orDecoded(lab, text)
}

// orDecoded returns r if text is its own, else the record that text is.
func (r *Record) orDecoded(lab string, text []byte) (*Record, error) {
	if own, err := json.Marshal(r); err == nil && bytes.Equal(own, text) && r.Topology.Name == lab {
		r.text = text
		return r, nil
	}
	return decode(lab, text)
}

// ignoreMissing drops the error of a lab without a record.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// withoutPlace returns the first mistake of a description without its place, which would
// be one in the record.
func withoutPlace(err error) error {
	if mistakes := topo.Errors(nil); errors.As(err, &mistakes) {
		return errors.New(mistakes[0].Msg)
	}
	return err
}

// Write makes this the lab's record in place of present, which may be nil.
func (r *Record) Write(lock *sandbox.Lock, present *Record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	r.text = text
	if present != nil && bytes.Equal(present.text, text) {
		return nil
	}
	if err := lock.SetWanted(text); err != nil {
		return fmt.Errorf("cannot write the record of the lab: %w", err)
	}
	return nil
}

// positions returns the positions of a description's parts in its file, in the order of
// eachPosition. JSON does not contain them.
func positions(t *topo.Topology) []topo.Pos {
	var list []topo.Pos
	eachPosition(reflect.ValueOf(t), func(p *topo.Pos) { list = append(list, *p) })
	return list
}

// setPositions restores the positions of a description that was read from JSON. If
// their number differs it sets none.
func setPositions(t *topo.Topology, list []topo.Pos) {
	n := 0
	eachPosition(reflect.ValueOf(t), func(*topo.Pos) { n++ })
	fits := n == len(list)
	n = 0
	eachPosition(reflect.ValueOf(t), func(p *topo.Pos) {
		if *p = (topo.Pos{}); fits {
			*p = list[n]
		}
		n++
	})
}

// eachPosition calls fn for every topo.Pos that can be reached by exported fields,
// pointers and slices.
func eachPosition(v reflect.Value, fn func(*topo.Pos)) {
	switch v.Kind() {
	case reflect.Pointer:
		if p, ok := reflect.TypeAssert[*topo.Pos](v); ok {
			fn(p)
		} else if !v.IsNil() {
			eachPosition(v.Elem(), fn)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachPosition(v.Index(i), fn)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch field := v.Field(i); {
			case !v.Type().Field(i).IsExported():
			case field.Type() == reflect.TypeFor[topo.Pos]():
				fn(field.Addr().Interface().(*topo.Pos))
			default:
				eachPosition(field, fn)
			}
		}
	}
}
