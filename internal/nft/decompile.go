package nft

import (
	"fmt"
	"slices"
	"strings"
)

// decompiler turns instructions back into statements.
type decompiler struct {
	proto      protoContext
	links      Links
	regs       map[int]operand
	out        []Statement
	lowerBound bool // the last statement is a >= that may be the lower end of a range
}

// An operand is the content of a register.
type operand struct {
	key  string // "": unknown
	from Load   // if loaded from the packet
	size int    // bytes
	mask []byte
	data []byte // of an [Immediate]
	swap bool   // see [Swap]
	raw  string // nft's notation if key is unknown
}

// Decompile returns the statements of a rule as nft(8) lists them. Unsupported
// instructions become [Unknown].
func Decompile(f Family, program []Expr, l Links) []Statement {
	d := &decompiler{proto: newProtoContext(f), links: l, regs: map[int]operand{}}
	for _, e := range program {
		before := len(d.out)
		d.expr(e)
		for _, s := range d.out[before:] {
			if m, ok := s.(Match); ok {
				d.proto.learn(m)
			}
		}
	}
	return implicit(f, d.out)
}

func (d *decompiler) emit(s ...Statement) {
	d.out = append(d.out, s...)
	d.lowerBound = false
}

func (d *decompiler) expr(e Expr) {
	if _, ok := e.(Compare); !ok {
		d.lowerBound = false
	}
	switch e := e.(type) {
	case Load:
		d.regs[e.Reg] = operand{from: e, size: e.Size, key: d.payloadKey(e), raw: rawPayload(e)}
	case LoadMeta:
		d.regs[e.Reg] = d.keyed(meta, e.Key, fmt.Sprintf("meta key %d", e.Key))
	case LoadCT:
		d.regs[e.Reg] = d.keyed(conntrack, e.Key, fmt.Sprintf("ct key %d", e.Key))
	case LoadFIB:
		if d.regs[e.Reg] = d.keyed(fib, e.Flags, fmt.Sprintf("fib flags %d", e.Flags)); e.Result != FIBType {
			d.regs[e.Reg] = operand{raw: fmt.Sprintf("fib flags %d result %d", e.Flags, e.Result)}
		}
	case Immediate:
		d.regs[e.Reg] = operand{data: e.Data, size: len(e.Data)}
	case And:
		d.and(e)
	case Swap:
		o := d.regs[e.From]
		o.swap = true
		d.regs[e.To] = o
	case Compare:
		d.compare(e)
	case Between:
		d.between(e)
	case Lookup:
		d.lookup(e)
	case StoreMeta:
		d.store(meta, e.Key, e.Reg)
	case StoreCT:
		d.store(conntrack, e.Key, e.Reg)
	case RejectWith:
		d.reject(e)
	case Translate:
		d.translate(e)
	case Other:
		d.emit(Unknown{"[" + join(e.Name, e.Text) + "]"})
		clear(d.regs) // it may have written any register
	case Statement:
		d.emit(e)
	}
}

// keyed returns the operand of the key with a number.
func (d *decompiler) keyed(from source, number int, raw string) operand {
	for key, e := range fields {
		if e.from == from && e.number == number {
			return operand{key: key, size: e.kind.size}
		}
	}
	return operand{raw: raw}
}

func rawPayload(l Load) string {
	return fmt.Sprintf("@%s,%d,%d", []string{"ll", "nh", "th", "ih"}[l.Base&3], 8*l.Offset, 8*l.Size)
}

// payloadKey returns the key of the loaded bytes. A load shorter than an address is
// compared as a prefix.
func (d *decompiler) payloadKey(l Load) string {
	for _, key := range keysAt(l.Base, l.Offset) {
		e := fields[key]
		if (e.kind.size == l.Size || e.kind.prefixable() && l.Size < e.kind.size) && d.fits(e) {
			return key
		}
	}
	return ""
}

func keysAt(base, offset int) []string {
	var keys []string
	for key, e := range fields {
		if e.from == payload && e.base == base && e.offset == offset {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// fits reports whether the packets at this point of the rule have the field.
func (d *decompiler) fits(e entry) bool {
	if e.base == transportHeader && e.l4 == "" {
		return d.proto.l4 == "" || d.proto.l4 == multiple
	}
	return (e.l3 == "" || e.l3 == d.proto.l3) && (e.l4 == "" || e.l4 == d.proto.l4) && (!e.ether || d.proto.ether)
}

func (d *decompiler) store(into source, number, from int) {
	target := d.keyed(into, number, "").key
	o := d.regs[from]
	switch {
	case !assignable(target):
		d.emit(Unknown{fmt.Sprintf("[set %s %d]", ternary(into == meta, "meta", "ct"), number)})
	case o.data != nil:
		d.emit(Assign{target, field(target).kind.format(o.data, d.links)})
	case o.key != "" && o.mask == nil && (strings.HasPrefix(o.key, "meta ") || strings.HasPrefix(o.key, "ct ")):
		d.emit(Assign{target, o.key})
	default:
		d.emit(Unknown{"[" + join(target, "set", unknown(o)) + "]"})
	}
}

func (d *decompiler) reject(e RejectWith) {
	r := Reject{With: "icmp"}
	switch {
	case e.Type == 1:
		d.emit(Reject{With: "tcp reset"})
		return
	case e.Type == 2:
		r.With = "icmpx"
	case d.proto.l3 == "ip6":
		r.With = "icmpv6"
	}
	r.Code = rejectCodes(r.With).format([]byte{byte(e.Code)}, nil)
	if r == defaultReject(d.proto.family) {
		r = Reject{}
	}
	d.emit(r)
}

func (d *decompiler) translate(e Translate) {
	n := NAT{Word: e.Word}
	kind := ternary(e.IPv6, ipv6Addr, ipv4Addr)
	if d.proto.family == Inet && (n.Word == "snat" || n.Word == "dnat") {
		n.Family = ternary(e.IPv6, IP6, IP)
	}
	n.Address = d.target(kind, e.AddrMin, e.AddrMax)
	n.Port = d.target(port, e.PortMin, e.PortMax)
	var flags []string
	for _, f := range natFlags() {
		if e.Flags&int(f.number) != 0 {
			flags = append(flags, f.name)
		}
	}
	n.Flags = strings.Join(flags, ",")
	if n.Address == "?" || n.Port == "?" {
		d.emit(Unknown{"[" + n.String() + "]"})
		return
	}
	d.emit(n)
}

// target formats the value or range in one or two registers; "?" if unknown.
func (d *decompiler) target(kind *datatype, low, high int) string {
	if low == 0 {
		return ""
	}
	s := span{d.regs[low].data, d.regs[low].data, -1}
	if high != 0 {
		s.to = d.regs[high].data
	}
	if len(s.from) < kind.size || len(s.to) < kind.size {
		return "?"
	}
	s.from, s.to = s.from[:kind.size], s.to[:kind.size]
	return kind.spanText(s, false, d.links)
}
