package xtables

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// An extensionRow decodes a match or target of one name.
type extensionRow struct {
	name      string
	revisions []int // those that words decodes
	size      int   // bytes that it needs
	words     func(*arguments)
}

// decode returns the name of an extension, as iptables-save writes it, and its words. ok
// is false if rows has none that decodes it.
func (x extension) decode(rows []extensionRow, f Family) (name string, words []string, ok bool) {
	for _, r := range rows {
		if r.name != x.name || !slices.Contains(r.revisions, x.revision) || len(x.data) < r.size {
			continue
		}
		a := &arguments{data: x.data, family: f, revision: x.revision, name: x.name}
		r.words(a)
		if a.failed {
			return "", nil, false
		}
		return a.name, a.out, true
	}
	return "", nil, false
}

// arguments are the words of an extension, and the data that they are decoded from. A
// read beyond the data is 0.
type arguments struct {
	data     []byte
	family   Family
	revision int
	name     string // may be replaced by an alias
	out      []string
	failed   bool // the data has something that has no words here
}

// add adds words.
func (a *arguments) add(words ...string) { a.out = append(a.out, words...) }

// not adds words, after a "!" if invert.
func (a *arguments) not(invert bool, words ...string) {
	if invert {
		a.add("!")
	}
	a.add(words...)
}

// number adds a word and a number.
func (a *arguments) number(word string, n uint64) { a.add(word, fmt.Sprint(n)) }

// choose returns the word of a value, and fails if it has none.
func (a *arguments) choose(value int, words ...string) string {
	if value < 0 || value >= len(words) || words[value] == "" {
		a.failed = true
		return ""
	}
	return words[value]
}

// known fails if flags has bits other than those that are known.
func (a *arguments) known(flags, known uint64) {
	if flags&^known != 0 {
		a.failed = true
	}
}

func (a *arguments) bytes(at, n int) []byte {
	if at+n > len(a.data) {
		return make([]byte, n)
	}
	return a.data[at : at+n]
}

func (a *arguments) u8(at int) uint8    { return a.bytes(at, 1)[0] }
func (a *arguments) u16(at int) uint16  { return binary.NativeEndian.Uint16(a.bytes(at, 2)) }
func (a *arguments) u32(at int) uint32  { return binary.NativeEndian.Uint32(a.bytes(at, 4)) }
func (a *arguments) u64(at int) uint64  { return binary.NativeEndian.Uint64(a.bytes(at, 8)) }
func (a *arguments) be16(at int) uint16 { return binary.BigEndian.Uint16(a.bytes(at, 2)) }

// text returns the string of a field.
func (a *arguments) text(at, n int) string { return cString(a.bytes(at, n)) }

// address returns the bytes of a union nf_inet_addr that the family uses.
func (a *arguments) address(at int) []byte {
	if a.family == IPv6 {
		return a.bytes(at, 16)
	}
	return a.bytes(at, 4)
}

func (a *arguments) addressText(at int) string { return addressText(a.address(at)) }

// span writes a range of numbers: "5", "5:9".
func span[N uint8 | uint16 | uint32 | uint64](low, high N) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d:%d", low, high)
}

// masked writes a number and a mask in hexadecimal, without a mask of all 32 bits.
func masked(value, mask uint32) string {
	if mask == 1<<32-1 {
		return fmt.Sprintf("0x%x", value)
	}
	return fmt.Sprintf("0x%x/0x%x", value, mask)
}

// bits returns the words of the bits that are set, and fails on others.
func (a *arguments) bits(flags uint64, words ...string) []string {
	var list []string
	for i, word := range words {
		if flags>>i&1 == 1 && word != "" {
			list = append(list, word)
			flags &^= 1 << i
		}
	}
	a.known(flags, 0)
	return list
}

// flags adds the words of the bits that are set, and fails on others.
func (a *arguments) flags(flags uint64, words ...string) { a.add(a.bits(flags, words...)...) }

// list joins words by commas; without words it is none.
func list(words []string, none string) string {
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ",")
}

const wordRunes = "_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// quote writes a string as iptables-save does: in quotes unless it is one plain word.
func quote(s string) string {
	if s != "" && strings.Trim(s, wordRunes) == "" {
		return s
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, `'`, `\'`).Replace(s) + `"`
}
