package xtables

import (
	"fmt"
	"math"
)

// Units of a rate, the longest first, in seconds.
var rateUnits = []struct {
	name    string
	seconds uint64
}{{"day", 24 * 60 * 60}, {"hour", 60 * 60}, {"min", 60}, {"sec", 1}}

// rate writes a rate of which the time between two packets is known, in parts of which a
// second has scale: "5/min". It also returns the milliseconds of the unit.
func rate(period, scale uint64) (text string, unit uint64) {
	if period == 0 {
		return "inf", 0
	}
	i := 1
	for ; i < len(rateUnits); i++ {
		if all := rateUnits[i].seconds * scale; period > all || all/period < all%period {
			break
		}
	}
	u := rateUnits[i-1]
	return fmt.Sprintf("%d/%s", u.seconds*scale/period, u.name), u.seconds * 1000
}

// limitWords decodes a struct xt_rateinfo.
func limitWords(a *arguments) {
	const scale, defaultBurst = 10000, 5
	text, _ := rate(uint64(a.u32(0)), scale)
	a.add("--limit", text)
	if burst := a.u32(4); burst != defaultBurst {
		a.number("--limit-burst", uint64(burst))
	}
}

// A hashlimit is a struct hashlimit_cfg1, 2 or 3.
type hashlimit struct {
	name                            string
	scale, avg, burst               uint64
	mode, size, max, gc, expire     uint32
	interval                        uint32
	sourceMask, destMask, sizeOfAll uint8
}

// Bits of the mode of a hashlimit.
const (
	hashDest       = 1
	hashDestPort   = 2
	hashSource     = 4
	hashSourcePort = 8
	hashAbove      = 1 << 4
	hashBytes      = 1 << 5
	hashRateMatch  = 1 << 6
)

func (a *arguments) hashlimit() hashlimit {
	h := hashlimit{scale: 1000000, sizeOfAll: 32}
	if a.family == IPv6 {
		h.sizeOfAll = 128
	}
	words := func(at int, fields ...*uint32) int {
		for _, f := range fields {
			*f = a.u32(at)
			at += 4
		}
		return at
	}
	var end int
	if a.revision == 1 {
		const config = 16 // after the name
		h.name, h.scale = a.text(0, config), 10000
		h.avg, h.burst = uint64(a.u32(config+4)), uint64(a.u32(config+8))
		words(config, &h.mode)
		end = words(config+12, &h.size, &h.max, &h.gc, &h.expire)
	} else {
		const config = 256 // after the name, which has NAME_MAX bytes
		h.name = a.text(0, config-1)
		h.avg, h.burst = a.u64(config), a.u64(config+8)
		end = words(config+16, &h.mode, &h.size, &h.max, &h.gc, &h.expire)
		if a.revision == 3 {
			end = words(end, &h.interval)
		}
	}
	h.sourceMask, h.destMask = a.u8(end), a.u8(end+1)
	return h
}

func hashlimitWords(a *arguments) {
	h := a.hashlimit()
	word := "--hashlimit-upto"
	if h.mode&hashAbove != 0 {
		word = "--hashlimit-above"
	}
	var unit uint64
	if h.mode&hashBytes != 0 {
		unit = a.byteRate(word, h)
	} else {
		var text string
		text, unit = rate(h.avg, h.scale)
		a.add(word, text)
		a.number("--hashlimit-burst", h.burst)
	}
	var modes []string
	for _, m := range []struct {
		bit  uint32
		word string
	}{{hashSource, "srcip"}, {hashSourcePort, "srcport"}, {hashDest, "dstip"}, {hashDestPort, "dstport"}} {
		if h.mode&m.bit != 0 {
			modes = append(modes, m.word)
		}
	}
	if len(modes) > 0 {
		a.add("--hashlimit-mode", list(modes, ""))
	}
	a.add("--hashlimit-name", quote(h.name))
	a.hashTable(h, unit)
	a.known(uint64(h.mode), 1<<7-1)
}

// hashTable adds what differs from the defaults of a hash table.
func (a *arguments) hashTable(h hashlimit, unit uint64) {
	const defaultInterval = 1000 // milliseconds
	for _, f := range []struct {
		word           string
		value, without uint64
	}{
		{"--hashlimit-htable-size", uint64(h.size), 0},
		{"--hashlimit-htable-max", uint64(h.max), 0},
		{"--hashlimit-htable-gcinterval", uint64(h.gc), defaultInterval},
		{"--hashlimit-htable-expire", uint64(h.expire), unit},
		{"--hashlimit-srcmask", uint64(h.sourceMask), uint64(h.sizeOfAll)},
		{"--hashlimit-dstmask", uint64(h.destMask), uint64(h.sizeOfAll)},
	} {
		if f.value != f.without {
			a.number(f.word, f.value)
		}
	}
	if h.mode&hashRateMatch != 0 {
		a.add("--hashlimit-rate-match")
		if h.interval != 1 {
			a.number("--hashlimit-rate-interval", uint64(h.interval))
		}
	}
}

// byteRate adds a rate of bytes, and returns the default of the time after which an
// entry of the hash table expires, in milliseconds. A cost is what 16 bytes cost.
func (a *arguments) byteRate(word string, h hashlimit) uint64 {
	const expire, expireWithBurst, shift = 15 * 1000, 60 * 1000, 4
	toBytes := func(cost uint64) uint64 {
		if cost == 0 {
			return math.MaxUint32 << shift
		}
		return (math.MaxUint32/cost - 1) << shift
	}
	toCost := func(bytes uint64) uint64 { return math.MaxUint32 / (bytes>>shift + 1) }
	n := toBytes(h.avg)
	size, unit := uint64(1), ""
	for _, u := range byteUnits {
		if n >= u.size && toCost(n&^(u.size-1)) == h.avg {
			size, unit = u.size, u.name
			break
		}
	}
	a.add(word, fmt.Sprintf("%d%sb/s", n/size, unit))
	if h.burst == 0 {
		return expire
	}
	n *= h.burst
	size, unit = 1, ""
	for _, u := range byteUnits {
		if n >= u.size {
			size, unit = u.size, u.name
			break
		}
	}
	a.add("--hashlimit-burst", fmt.Sprintf("%d%sb", n/size, unit))
	return expireWithBurst
}

var byteUnits = []struct {
	name string
	size uint64
}{{"m", 1 << 20}, {"k", 1 << 10}}

// recentWords decodes a struct xt_recent_mtinfo or xt_recent_mtinfo_v1.
func recentWords(a *arguments) {
	const ttl, reap = 1 << 4, 1 << 5
	flags := a.u8(8)
	actions := a.bits(uint64(flags&^(ttl|reap)), "--rcheck", "--set", "--update", "--remove")
	a.not(a.u8(9) != 0, actions...)
	if seconds := a.u32(0); seconds != 0 {
		a.number("--seconds", uint64(seconds))
	}
	if flags&reap != 0 {
		a.add("--reap")
	}
	if hits := a.u32(4); hits != 0 {
		a.number("--hitcount", uint64(hits))
	}
	if flags&ttl != 0 {
		a.add("--rttl")
	}
	a.add("--name", quote(a.text(10, 200)))
	if a.revision == 1 {
		a.add("--mask", a.addressText(212))
	}
	a.add(a.choose(int(a.u8(210)), "--rsource", "--rdest"))
}
