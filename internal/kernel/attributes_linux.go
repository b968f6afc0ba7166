package kernel

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/vethlab/vethlab/internal/dump"
)

// An attributeUse says what becomes of an attribute that the kernel reports.
type attributeUse struct {
	held bool   // a field of package dump has it, or a part of it
	made string // why the kernel sets it, and nobody else. "": somebody does

	name  string                 // of what no field has: the word of ip(8) for it,
	usual []string               // the values of an object of which nobody set it,
	text  func(attribute) string // and how to write the value. Nil: as a number
}

// held is the use of an attribute with a field in package dump.
var held = attributeUse{held: true}

// made is the use of an attribute that only the kernel sets, for a reason.
func made(reason string) attributeUse { return attributeUse{made: reason} }

// said is the use of a number that no field holds.
func said(name string, usual ...string) attributeUse { return attributeUse{name: name, usual: usual} }

// saidAs is [said] for another value than a number.
func saidAs(text func(attribute) string, name string, usual ...string) attributeUse {
	return attributeUse{name: name, usual: usual, text: text}
}

// attributeUses are those of one list of attributes. The prefix is that of their names
// in the kernel's headers.
type attributeUses struct {
	prefix string
	uses   map[uint16]attributeUse
}

// others returns what a list has that no field holds and that somebody may have set:
// also every attribute that the table does not know, by its number.
func (u attributeUses) others(list []attribute) (found dump.Attributes) {
	for _, a := range list {
		found = found.With(u.other(a))
	}
	return found
}

// other is [attributeUses.others] of one attribute.
func (u attributeUses) other(a attribute) string {
	use, known := u.uses[a.typ]
	switch {
	case !known:
		return fmt.Sprintf("%s%d %s", u.prefix, a.typ, a.value())
	case use.name == "":
		return ""
	}
	write := use.text
	if write == nil {
		write = attribute.value
	}
	value := write(a)
	if slices.Contains(use.usual, value) {
		return ""
	}
	return use.name + " " + value
}

// value writes an attribute as a number if it has the size of one, else in hexadecimal.
func (a attribute) value() string {
	switch len(a.data) {
	case 1:
		return strconv.Itoa(int(a.data[0]))
	case 2:
		return strconv.Itoa(int(a.u16()))
	case 4:
		return strconv.FormatUint(uint64(a.u32()), 10)
	case 8:
		return strconv.FormatUint(native.Uint64(a.data), 10)
	}
	const most = 32 // bytes
	return "0x" + hex.EncodeToString(a.data[:min(len(a.data), most)])
}

func (a attribute) hexNumber() string { return fmt.Sprintf("0x%x", a.big16()) }

func (a attribute) address() string { return a.addr().String() }

func (a attribute) hardware() string { return dump.HWAddr(a.data).String() }

func (a attribute) quoted() string { return strconv.Quote(a.text()) }
