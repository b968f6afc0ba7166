package nft

import "fmt"

// An Expr is an instruction of a rule's program in the kernel
// (linux/netfilter/nf_tables.h). Registers have the kernel's numbers: 0 is the verdict,
// 1 to 4 hold 16 bytes each. Some statements are also instructions: [Counter], [Limit],
// [Log], [Verdict], [Notrack].
type Expr any

// Load loads bytes of the packet into a register.
type Load struct{ Base, Offset, Size, Reg int }

// LoadMeta loads metadata of the packet, such as its mark, into a register.
type LoadMeta struct{ Key, Reg int }

// LoadCT loads a field of the packet's conntrack entry into a register.
type LoadCT struct{ Key, Reg int }

// LoadFIB loads the result of a route lookup of an address into a register.
type LoadFIB struct {
	Flags, Result, Reg int
}

// FIBType is the supported Result of [LoadFIB]: the type of the route
// (NFT_FIB_RESULT_ADDRTYPE).
const FIBType = 3

// The values of [Compare].Op (enum nft_cmp_ops).
const (
	Equal = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Compare ends the rule unless the comparison of a register with Data is true.
type Compare struct {
	Op, Reg int
	Data    []byte
}

// Between ends the rule unless a register is in a range; with Not, unless it is
// outside.
type Between struct {
	Not      bool
	Reg      int
	From, To []byte
}

// And sets a register to From & Mask ^ Xor.
type And struct {
	From, To  int
	Mask, Xor []byte
}

// Swap converts a register from host to network byte order, in which [Compare] can
// order numbers.
type Swap struct{ From, To, Size int }

// Lookup ends the rule unless a register is in a set; with Not, unless it is outside.
// In a verdict map it applies the verdict found.
type Lookup struct {
	Not   bool
	Reg   int
	Name  string    // of a set of the table; "": Inner
	Inner *InnerSet // an anonymous set; nil: by name
}

// An InnerSet is an anonymous set, within a rule.
type InnerSet struct {
	TypeID   int  // nft's number of the type of values
	Size     int  // of a value, in bytes
	Host     bool // values are in host byte order
	Interval bool
	Verdicts bool // it is a map to verdicts
	Elements []Element
}

// An Element is a value of a set. In a set of intervals it is the first value of an
// interval or, with End, the first value after one.
type Element struct {
	Key     []byte
	End     bool
	Verdict Verdict
}

// Immediate loads constant data into a register.
type Immediate struct {
	Reg  int
	Data []byte
}

// StoreMeta sets metadata of the packet, such as its mark, from a register.
type StoreMeta struct{ Key, Reg int }

// StoreCT sets a field of the packet's conntrack entry from a register.
type StoreCT struct{ Key, Reg int }

// RejectWith sends an error. Type 0 (NFT_REJECT_ICMP_UNREACH) is ICMP of the packet's
// family, 1 a TCP reset, 2 ICMP of either family with a code of icmpx.
type RejectWith struct{ Type, Code int }

// Translate is NAT. Its fields Addr… and Port… are registers; 0: not used.
type Translate struct {
	Word             string // snat, dnat, masquerade, redirect
	IPv6             bool
	AddrMin, AddrMax int
	PortMin, PortMax int
	Flags            int // NF_NAT_RANGE_*
}

// Other is an unsupported instruction.
type Other struct {
	Name string // of the kernel's expression
	Text string // its attributes, as far as known
}

// LogLevel returns the number of a level of the kernel's log.
func LogLevel(name string) int {
	n, _ := level.number(name)
	return int(n)
}

// LogLevelName returns the name of a level, "" for the default.
func LogLevelName(n int) string {
	if n == defaultLevel {
		return ""
	}
	return level.format(level.bytes(uint64(n)), nil)
}

// defaultLevel is the level of a log statement without one: warn.
const defaultLevel = 4

// Inner returns a set with its elements as the kernel stores them.
func (s Set) Inner() (*InnerSet, error) {
	t := s.kind()
	if t == nil {
		t = elementType(s.Elements) // add element and delete element name no type
	}
	if t == nil {
		return nil, fmt.Errorf("the type of set %s is not supported", s.Name)
	}
	list, err := t.spans(s.Elements, nil)
	if err != nil {
		return nil, err
	}
	inner := &InnerSet{TypeID: t.id, Size: t.size, Host: t.host, Interval: s.Interval}
	inner.Elements = elements(list, s.Interval)
	return inner, nil
}
