package xtables

import (
	"encoding/binary"
	"fmt"
	"net"
)

// arpInversions are the bits of invflags in a struct arpt_arp.
const (
	arpNotIn = 1 << iota
	arpNotOut
	arpNotSource
	arpNotTarget
	arpNotSourceMAC
	arpNotTargetMAC
	arpNotOpcode
	arpNotHardware
	arpNotProtocol
	arpNotLength
)

// arpWords returns what a struct arpt_arp matches.
func arpWords(e *entry) []string {
	d := e.data
	invert := binary.NativeEndian.Uint16(d[160:])
	var a arguments
	a.link("-i", d[94:110], d[126:142], invert&arpNotIn != 0)
	a.link("-o", d[110:126], d[142:158], invert&arpNotOut != 0)
	a.prefix("-s", d[0:4], d[8:12], invert&arpNotSource != 0)
	a.prefix("-d", d[4:8], d[12:16], invert&arpNotTarget != 0)
	a.mac("--src-mac", d[18:24], d[34:40], invert&arpNotSourceMAC != 0)
	a.mac("--dst-mac", d[50:56], d[66:72], invert&arpNotTargetMAC != 0)
	if d[17] != 0 {
		a.not(invert&arpNotLength != 0, "--h-length", fmt.Sprint(d[16]))
	}
	for _, f := range []struct {
		word, format string
		at           int
		invert       uint16
	}{{"--opcode", "%d", 82, arpNotOpcode}, {"--h-type", "%d", 86, arpNotHardware}, {"--proto-type", "0x%x", 90, arpNotProtocol}} {
		text := fmt.Sprintf(f.format, binary.BigEndian.Uint16(d[f.at:]))
		switch mask := binary.BigEndian.Uint16(d[f.at+2:]); mask {
		case 0:
		case 0xffff:
			a.not(invert&f.invert != 0, f.word, text)
		default:
			a.not(invert&f.invert != 0, f.word, fmt.Sprintf("%s/0x%x", text, mask))
		}
	}
	return a.out
}

// mac adds a MAC with its mask, unless it is that of all.
func (a *arguments) mac(word string, mac, mask []byte, invert bool) {
	if allZero(mask) {
		return
	}
	text := net.HardwareAddr(mac).String()
	if n, ok := prefixLength(mask); !ok || n != 8*len(mask) {
		text += "/" + net.HardwareAddr(mask).String()
	}
	a.not(invert, word, text)
}
