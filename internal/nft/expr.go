package nft

import "fmt"

// An Expr is one instruction of the program that the kernel runs of a rule
// (linux/netfilter/nf_tables.h). Registers are numbered as in the kernel: 0 is
// the verdict, 1 to 4 hold 16 bytes each. Statements that are one instruction
// stand for themselves: [Counter], [Limit], [Log], [Verdict], [Notrack].
type Expr any

// Load puts bytes of the packet into a register.
type Load struct{ Base, Offset, Size, Reg int }

// LoadMeta puts into a register what is known of a packet.
type LoadMeta struct{ Key, Reg int }

// LoadCT puts into a register what is known of a packet's connection.
type LoadCT struct{ Key, Reg int }

// LoadFIB puts into a register what the routes say of an address.
type LoadFIB struct {
	Flags, Result, Reg int
}

// FIBType is the Result of [LoadFIB] that is known here: the type of the route.
const FIBType = 3

// The comparisons, by their numbers in the kernel.
const (
	Equal = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Compare ends the rule unless a register compares so.
type Compare struct {
	Op, Reg int
	Data    []byte
}

// Between ends the rule unless a register is in a range, or is not in it.
type Between struct {
	Not      bool
	Reg      int
	From, To []byte
}

// And masks a register: it is then its bits in Mask, changed by Xor.
type And struct {
	From, To  int
	Mask, Xor []byte
}

// Swap turns numbers in the machine's byte order into ones that can be ordered.
type Swap struct{ From, To, Size int }

// Lookup ends the rule unless a register is in a set, or is not in it. In a
// map it finds a verdict.
type Lookup struct {
	Not   bool
	Reg   int
	Name  string    // of a set of the table
	Inner *InnerSet // a set of the rule's own; nil: by name
}

// An InnerSet is a set without a name, within a rule.
type InnerSet struct {
	TypeID   int  // nft's number of the values' type
	Size     int  // of a value, in bytes
	Host     bool // values are in the byte order of the machine
	Interval bool
	Verdicts bool // it is a map to verdicts
	Elements []Element
}

// An Element is one value of a set. In a set of intervals it is where one
// begins, or the value behind its end.
type Element struct {
	Key     []byte
	End     bool
	Verdict Verdict
}

// Immediate puts data into a register.
type Immediate struct {
	Reg  int
	Data []byte
}

// StoreMeta takes what is known of a packet from a register, such as its mark.
type StoreMeta struct{ Key, Reg int }

// StoreCT is the same of the packet's connection.
type StoreCT struct{ Key, Reg int }

// RejectWith answers with an error: Type 0 is ICMP of the packet's family, 1 a
// TCP reset, 2 ICMP of either family with a code of its own.
type RejectWith struct{ Type, Code int }

// Translate changes addresses and ports. Registers are 0 where there is
// nothing to take from them.
type Translate struct {
	Word             string // snat, dnat, masquerade, redirect
	IPv6             bool
	AddrMin, AddrMax int
	PortMin, PortMax int
	Flags            int // NF_NAT_RANGE_*
}

// Other is an instruction that is not understood here.
type Other struct {
	Name string // the kernel's
	Text string // what is known of it
}

// LogLevel returns the number of a level of the kernel's log.
func LogLevel(name string) int {
	n, _ := level.number(name)
	return int(n)
}

// LogLevelName returns the level of a number, "" for the usual one.
func LogLevelName(n int) string {
	if n == defaultLevel {
		return ""
	}
	return level.format(level.bytes(uint64(n)), nil)
}

// defaultLevel is the level of a log statement without one: warn.
const defaultLevel = 4

// Inner returns the elements of a set as the kernel has them.
func (s Set) Inner() (*InnerSet, error) {
	t := s.kind()
	if t == nil {
		t = elementType(s.Elements) // of a command about elements
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
