// Package words formats numbers, times and lists for people. It is pure.
package words

import (
	"fmt"
	"strings"
	"time"
)

// Plural returns "1 node", "2 nodes".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Duration returns a time with about three digits: "0.051 ms", "12 ms",
// "1.23 s".
func Duration(d time.Duration) string {
	switch {
	case d >= time.Second:
		return digits(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return digits(float64(d)/float64(time.Millisecond)) + " ms"
	}
	return fmt.Sprintf("%.3f ms", float64(d)/float64(time.Millisecond))
}

// Rate returns bits per second in the units of tc(8), with about three digits: "21.3gbit".
func Rate(bitsPerSecond float64) string {
	units := []string{"bit", "kbit", "mbit", "gbit", "tbit"}
	for bitsPerSecond >= 1000 && len(units) > 1 {
		bitsPerSecond, units = bitsPerSecond/1000, units[1:]
	}
	return digits(bitsPerSecond) + units[0]
}

// Bytes returns a number of bytes in SI units with three digits: "21.3 MB".
func Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	x := float64(n)
	for x >= 1000 && len(units) > 1 {
		x, units = x/1000, units[1:]
	}
	return fmt.Sprintf("%.3g %s", x, units[0])
}

// Percent returns a share of 1 in percent, with about three digits.
func Percent(share float64) string { return digits(100*share) + "%" }

// digits returns x with at least three digits, without trailing zeros.
func digits(x float64) string {
	decimals := 0
	switch {
	case x < 10:
		decimals = 2
	case x < 100:
		decimals = 1
	}
	s := fmt.Sprintf("%.*f", decimals, x)
	if decimals > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// List joins at most so many words: "a, b, c and 9 more".
func List(words []string, most int) string {
	if more := len(words) - most; more > 0 {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(words, ", ")
}
