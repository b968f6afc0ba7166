package xtables

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/vethlab/vethlab/internal/escape"
)

// Hooks is how many hooks a table can have (NF_INET_NUMHOOKS).
const Hooks = 5

// Info is what the kernel says of a table before its entries (struct ipt_getinfo,
// which is the same for all families but arptables, which has fewer hooks).
type Info struct {
	Family     Family
	Name       string
	ValidHooks uint32        // a bit for each hook
	HookEntry  [Hooks]uint32 // offset of the first entry of the hook's chain
	Underflow  [Hooks]uint32 // offset of the entry that has its policy
	Entries    uint32        // how many
	Size       uint32        // of all entries, in bytes
}

// hookNames are the built-in chains of the hooks of each family.
var hookNames = map[Family][]string{
	IPv4: {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
	IPv6: {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"},
	ARP:  {"INPUT", "OUTPUT", "FORWARD"},
}

// Verdicts of standard targets (linux/netfilter/x_tables.h). One below zero is the
// negative of a verdict, less one.
const (
	accept     = "ACCEPT"
	drop       = "DROP"
	queue      = "QUEUE"
	returns    = "RETURN"
	errorChain = "ERROR" // name of the target that begins a chain
)

var verdicts = map[int32]string{-1: drop, -2: accept, -4: queue, -5: returns}

// Sizes of struct xt_entry_match and xt_entry_target, and of the name in them.
const (
	headerSize = 32
	nameSize   = 29
)

// An entry is one struct ipt_entry, ip6t_entry or arpt_entry in a table.
type entry struct {
	layout
	offset, next int    // within the table; next is the offset of the next entry
	data         []byte // all of the entry
	matches      []extension
	target       extension
	Counters
}

// An extension is a match or target of an entry: a struct xt_entry_match or
// xt_entry_target with what follows.
type extension struct {
	name     string
	revision int
	data     []byte
}

// Decode decodes the entries of a table. It fails if they are not as the kernel writes
// them.
func Decode(info Info, entries []byte) (Table, error) {
	t := Table{Family: info.Family, Name: escape.Line(info.Name)}
	l, ok := layouts[info.Family]
	if !ok {
		return t, fmt.Errorf("unknown family %q", info.Family)
	}
	var list []entry
	for at := 0; at < len(entries); {
		e, err := l.entry(entries, at)
		if err != nil {
			return t, fmt.Errorf("cannot decode the entry at byte %d of table %q: %w", at, t.Name, err)
		}
		list = append(list, e)
		at = e.next
	}
	d := decoder{info: info, table: &t, heads: map[int]string{}}
	d.chains(list)
	for i := range d.bodies {
		d.rules(&t.Chains[i], d.bodies[i])
	}
	return t, nil
}

var errMalformed = errors.New("malformed")

// entry reads the entry at an offset.
func (l layout) entry(all []byte, at int) (entry, error) {
	data := all[at:]
	if len(data) < l.size {
		return entry{}, errMalformed
	}
	target := int(binary.NativeEndian.Uint16(data[l.targetOffset:]))
	next := int(binary.NativeEndian.Uint16(data[l.targetOffset+2:]))
	if target < l.size || next < target+headerSize || next > len(data) {
		return entry{}, errMalformed
	}
	e := entry{layout: l, offset: at, next: at + next, data: data[:next]}
	e.Packets = binary.NativeEndian.Uint64(data[l.counters:])
	e.Bytes = binary.NativeEndian.Uint64(data[l.counters+8:])
	for m := l.size; m < target; {
		x, size, err := readExtension(data[m:target])
		if err != nil {
			return entry{}, err
		}
		e.matches = append(e.matches, x)
		m += size
	}
	var err error
	e.target, _, err = readExtension(data[target:next])
	return e, err
}

// readExtension reads the extension at the beginning of b.
func readExtension(b []byte) (extension, int, error) {
	if len(b) < headerSize {
		return extension{}, 0, errMalformed
	}
	size := int(binary.NativeEndian.Uint16(b))
	if size < headerSize || size > len(b) {
		return extension{}, 0, errMalformed
	}
	return extension{
		name: cString(b[2 : 2+nameSize]), revision: int(b[headerSize-1]), data: b[headerSize:size],
	}, size, nil
}

// cString returns a string up to its NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// standard returns the verdict of a standard target. ok is false for others.
func (e *entry) standard() (verdict int32, ok bool) {
	if e.target.name != "" || len(e.target.data) < 4 {
		return 0, false
	}
	return int32(binary.NativeEndian.Uint32(e.target.data)), true
}

// A decoder splits entries into chains.
type decoder struct {
	info   Info
	table  *Table
	bodies [][]entry      // the rules of each chain
	heads  map[int]string // chains by the offset of their first rule
}

// chains finds the chains and which entries are rules of each. A built-in chain begins
// where a hook enters the table and ends with its policy; another one begins after an
// entry with the target ERROR that has its name, and ends with a RETURN.
func (d *decoder) chains(list []entry) {
	hooks := d.hooks()
	policies := map[int]bool{}
	for h := range Hooks {
		if d.info.ValidHooks>>h&1 == 1 {
			policies[int(d.info.Underflow[h])] = true
		}
	}
	for i := range list {
		e := &list[i]
		if name, ok := hooks[e.offset]; ok {
			d.begin(name, e.offset)
		}
		if e.target.name == errorChain {
			d.endUser()
			if i < len(list)-1 { // the last entry ends the table
				d.begin(cString(e.target.data), e.next)
			}
			continue
		}
		if len(d.bodies) == 0 {
			d.begin("", e.offset)
		}
		last := len(d.bodies) - 1
		if policies[e.offset] {
			d.table.Chains[last].Policy = e.verdictName()
			d.table.Chains[last].Counters = e.Counters
			continue
		}
		d.bodies[last] = append(d.bodies[last], *e)
	}
	d.endUser()
}

// hooks returns the built-in chains by their offsets.
func (d *decoder) hooks() map[int]string {
	m := map[int]string{}
	for h, name := range hookNames[d.info.Family] {
		if d.info.ValidHooks>>h&1 == 1 {
			m[int(d.info.HookEntry[h])] = name
		}
	}
	return m
}

func (d *decoder) begin(name string, first int) {
	name = escape.Line(name)
	d.table.Chains = append(d.table.Chains, Chain{Name: name, Rules: []Rule{}})
	d.bodies = append(d.bodies, nil)
	d.heads[first] = name
}

// endUser removes the RETURN at the end of a chain that is not built in: iptables-save
// leaves it out.
func (d *decoder) endUser() {
	last := len(d.bodies) - 1
	if last < 0 || d.table.Chains[last].Policy != "" || len(d.bodies[last]) == 0 {
		return
	}
	body := d.bodies[last]
	e := &body[len(body)-1]
	if v, ok := e.standard(); ok && verdicts[v] == returns && len(e.matches) == 0 && e.words(e) == nil {
		d.bodies[last] = body[:len(body)-1]
	}
}

// verdictName returns the policy that an entry has.
func (e *entry) verdictName() string {
	v, _ := e.standard()
	if name, ok := verdicts[v]; ok {
		return name
	}
	return fmt.Sprintf("[unknown verdict %d]", v)
}

// rules decodes the rules of a chain.
func (d *decoder) rules(c *Chain, body []entry) {
	for i := range body {
		c.Rules = append(c.Rules, d.rule(&body[i]))
	}
}
