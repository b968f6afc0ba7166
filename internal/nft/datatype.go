package nft

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/vethlab/vethlab/internal/words"
)

// A datatype converts the values of a key between nft's text and the kernel's bytes.
type datatype struct {
	name  string                // as in the type of a set
	id    int                   // nft's number of it, which the kernel stores with a set (enum datatypes of nft's source)
	size  int                   // bytes
	host  bool                  // in host byte order; else in network byte order
	flags bool                  // a value is a combination of flags
	words []word                // numbers with names
	print func(n uint64) string // writes every number, instead of by name
	rest  func(n uint64) string // writes numbers without a name; nil: in decimal
	text  codec                 // of values that are not numbers; nil: numbers
}

// A word is the name of a number.
type word struct {
	name   string
	number uint64
}

// A codec turns text into bytes and back.
type codec interface {
	parse(text string, l Links) ([]byte, error)
	format(data []byte, l Links) string
}

// Links maps names of interfaces to indexes and back; nil has no interfaces.
type Links interface {
	Index(name string) (int, error)
	LinkName(index int) string // "" if not found
}

// parse reads one value.
func (t *datatype) parse(text string, l Links) ([]byte, error) {
	if t.text != nil {
		return t.text.parse(text, l)
	}
	n, ok := t.number(text)
	if !ok && t.flags {
		n, ok = t.union(text)
	}
	if !ok {
		return nil, t.invalidValue(text)
	}
	return t.bytes(n), nil
}

// union reads flags separated by commas, bars or spaces.
func (t *datatype) union(text string) (n uint64, ok bool) {
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '|' || r == ' ' }) {
		flag, ok := t.number(s)
		if !ok {
			return 0, false
		}
		n |= flag
	}
	return n, true
}

// number reads one name or number.
func (t *datatype) number(text string) (uint64, bool) {
	for _, w := range t.words {
		if w.name == text {
			return w.number, true
		}
	}
	n, err := strconv.ParseUint(text, 0, 64)
	return n, err == nil && (t.size >= 8 || n < 1<<(8*t.size))
}

// invalidValue returns the error for an invalid value.
func (t *datatype) invalidValue(text string) error {
	names := make([]string, len(t.words))
	for i, w := range t.words {
		names[i] = w.name
	}
	if near := words.DidYouMean(text, names); near != "" {
		return fmt.Errorf("unknown %s %q%s", t.label(), text, near)
	}
	if len(names) > 0 && len(names) <= 8 && !t.flags {
		return fmt.Errorf("unknown %s %q (want %s or a number)", t.label(), text, strings.Join(names, ", "))
	}
	return fmt.Errorf("invalid %s %q", t.label(), text)
}

func (t *datatype) label() string { return strings.ReplaceAll(t.name, "_", " ") }

// bytes encodes a number in the kernel's size and byte order.
func (t *datatype) bytes(n uint64) []byte {
	b := make([]byte, 8)
	if t.host && binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		binary.LittleEndian.PutUint64(b, n)
		return b[:t.size]
	}
	binary.BigEndian.PutUint64(b, n)
	return b[8-t.size:]
}

// value decodes a number in the kernel's size and byte order.
func (t *datatype) value(data []byte) uint64 {
	b := make([]byte, 8)
	if t.host && binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		copy(b, data)
		return binary.LittleEndian.Uint64(b)
	}
	copy(b[max(0, 8-len(data)):], data)
	return binary.BigEndian.Uint64(b)
}

// format writes one value.
func (t *datatype) format(data []byte, l Links) string {
	if t.text != nil {
		return t.text.format(data, l)
	}
	n := t.value(data)
	if i := slices.IndexFunc(t.words, func(w word) bool { return w.number == n }); i >= 0 && t.print == nil {
		return t.words[i].name
	}
	if t.flags && n != 0 {
		return t.split(n)
	}
	if t.print != nil {
		return t.print(n)
	}
	if t.rest != nil {
		return t.rest(n)
	}
	return strconv.FormatUint(n, 10)
}

// exact writes a value that is compared as a whole: flags are separated by |.
func (t *datatype) exact(data []byte, l Links) string {
	s := t.format(data, l)
	if t.flags {
		return strings.ReplaceAll(s, ",", " | ")
	}
	return s
}

// split writes the flags in a number.
func (t *datatype) split(n uint64) string {
	var list []string
	for _, w := range t.words {
		if n&w.number != 0 {
			list = append(list, w.name)
			n &^= w.number
		}
	}
	if n != 0 {
		list = append(list, fmt.Sprintf("0x%x", n))
	}
	return strings.Join(list, ",")
}

// compare orders values as nft does in the listing of a set.
func (t *datatype) compare(a, b []byte) int {
	if t.host {
		a, b = slices.Clone(a), slices.Clone(b)
		slices.Reverse(a)
		slices.Reverse(b)
	}
	return bytes.Compare(a, b)
}

// An address is IPv4 or IPv6.
type address struct{ size int }

func (a address) parse(text string, _ Links) ([]byte, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" || addr.BitLen() != 8*a.size {
		return nil, fmt.Errorf("invalid IPv%d address %q", map[int]int{4: 4, 16: 6}[a.size], text)
	}
	return addr.AsSlice(), nil
}

func (a address) format(data []byte, _ Links) string {
	addr, _ := netip.AddrFromSlice(data)
	return addr.String()
}

// A mac is a MAC address.
type mac struct{}

func (mac) parse(text string, _ Links) ([]byte, error) {
	var b []byte
	for s := range strings.SplitSeq(text, ":") {
		n, err := strconv.ParseUint(s, 16, 8)
		if err != nil || len(s) > 2 {
			return nil, fmt.Errorf("invalid MAC address %q", text)
		}
		b = append(b, byte(n))
	}
	if len(b) != 6 {
		return nil, fmt.Errorf("invalid MAC address %q", text)
	}
	return b, nil
}

func (mac) format(data []byte, _ Links) string {
	parts := make([]string, len(data))
	for i, c := range data {
		parts[i] = fmt.Sprintf("%02x", c)
	}
	return strings.Join(parts, ":")
}

// A tcHandle is the handle of a traffic class, "major:minor" in hexadecimal (TC_H_MAKE
// of linux/pkt_sched.h).
type tcHandle struct{}

// The handles with names (TC_H_UNSPEC and TC_H_ROOT).
func tcHandles() []word { return []word{{"none", 0}, {"root", math.MaxUint32}} }

func (tcHandle) parse(text string, _ Links) ([]byte, error) {
	kind := &datatype{name: "tc_handle", size: 4, host: true, words: tcHandles()}
	major, minor, ok := strings.Cut(text, ":")
	if !ok {
		return kind.parse(text, nil)
	}
	a, errA := strconv.ParseUint("0"+major, 16, 16)
	b, errB := strconv.ParseUint("0"+minor, 16, 16)
	if errA != nil || errB != nil {
		return nil, fmt.Errorf("invalid tc handle %q (want major:minor)", text)
	}
	return kind.bytes(a<<16 | b), nil
}

func (tcHandle) format(data []byte, _ Links) string {
	n := (&datatype{size: 4, host: true}).value(data)
	for _, w := range tcHandles() {
		if w.number == n {
			return w.name
		}
	}
	return fmt.Sprintf("%x:%x", n>>16, n&0xffff)
}

// A name is an interface name; the interface need not exist.
type name struct{}

// ifNameSize is IFNAMSIZ (linux/if.h), including the final NUL.
const ifNameSize = 16

func (name) parse(text string, _ Links) ([]byte, error) {
	s := strings.Trim(text, `"`)
	if s == "" || len(s) >= ifNameSize || strings.ContainsAny(s, " /\"") {
		return nil, fmt.Errorf("invalid interface name %q", s)
	}
	if stem, ok := strings.CutSuffix(s, "*"); ok { // only the bytes to compare
		if stem == "" {
			return nil, fmt.Errorf("%q matches every name: leave it out", s)
		}
		return []byte(stem), nil
	}
	b := make([]byte, ifNameSize)
	copy(b, s)
	return b, nil
}

func (name) format(data []byte, _ Links) string {
	s, _, ended := strings.Cut(string(data), "\x00")
	if !ended && len(data) < ifNameSize {
		s += "*"
	}
	return quoted(s)
}

// A number is an interface index, written as the name.
type number struct{}

func (number) parse(text string, l Links) ([]byte, error) {
	s := strings.Trim(text, `"`)
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return binary.NativeEndian.AppendUint32(nil, uint32(n)), nil
	}
	if _, err := (name{}).parse(text, l); err != nil {
		return nil, err
	}
	if l == nil { // indexes are unknown while a text is parsed
		return binary.NativeEndian.AppendUint32(nil, math.MaxUint32), nil
	}
	n, err := l.Index(s)
	return binary.NativeEndian.AppendUint32(nil, uint32(n)), err
}

func (number) format(data []byte, l Links) string {
	if len(data) < 4 {
		return "0"
	}
	n := int(binary.NativeEndian.Uint32(data))
	if l != nil {
		if s := l.LinkName(n); s != "" {
			return quoted(s)
		}
	}
	return strconv.Itoa(n)
}
