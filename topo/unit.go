package topo

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Duration is a time as it is written in a file: "20ms", "1.5s", "2m".
type Duration time.Duration

// Durations to multiply with, as in 20 * topo.Millisecond.
const (
	Nanosecond  = Duration(time.Nanosecond)
	Microsecond = Duration(time.Microsecond)
	Millisecond = Duration(time.Millisecond)
	Second      = Duration(time.Second)
	Minute      = Duration(time.Minute)
)

// ParseDuration reads a time above zero with its unit: ns, us, ms, s, m or h.
func ParseDuration(s string) (Duration, error) {
	d, _, err := parseDuration(s)
	return d, err
}

func parseDuration(s string) (d Duration, hint string, err error) {
	if decimal.MatchString(s) {
		return 0, fmt.Sprintf("did you mean \"%sms\" or \"%ss\"?", s, s), fmt.Errorf("the time %s lacks its unit", s)
	}
	std, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	switch {
	case err != nil:
		return 0, "a time is written as 20ms, 1.5s or 2m", fmt.Errorf("%q is not a time", s)
	case std <= 0:
		return 0, "", fmt.Errorf("the time %s is not above zero", s)
	}
	return Duration(std), "", nil
}

// String returns the time as it is written in a file.
func (d Duration) String() string {
	s := time.Duration(d).String()
	s = strings.ReplaceAll(s, "µ", "u")
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText returns the time as it is written in a file.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDuration] does.
func (d *Duration) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDuration(string(b))
	return err
}

// A Percent is a share in percent: 0.5 is written "0.5%".
type Percent float64

// ParsePercent reads a share from 0% to 100%.
func ParsePercent(s string) (Percent, error) {
	p, _, err := Percent(0).parse(s)
	return p, err
}

func (Percent) parse(s string) (p Percent, hint string, err error) {
	number, ok := strings.CutSuffix(s, "%")
	number = strings.TrimSpace(number)
	switch {
	case !decimal.MatchString(number):
		return 0, "a share is written as 1% or 0.5%", fmt.Errorf("%q is not a share", s)
	case !ok:
		return 0, fmt.Sprintf("did you mean \"%s%%\"?", number), fmt.Errorf("the share %s lacks its percent sign", s)
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f > 100 {
		return 0, "", fmt.Errorf("share %s exceeds 100%%", s)
	}
	return Percent(f), "", nil
}

func (p Percent) fault() string {
	if !(p >= 0 && p <= 100) {
		return "is not from 0% to 100%"
	}
	return ""
}

func (Percent) defaultSide() Side { return AtMost }

// String returns the share as it is written in a file.
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%" }

// MarshalText returns the share as it is written in a file.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what [ParsePercent] does.
func (p *Percent) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePercent(string(b))
	return err
}

// A Rate is a data rate in bits per second, written with the units of tc(8) that count
// bits: "100mbit" is 100,000,000.
type Rate int64

// Rates to multiply with, as in 100 * topo.Mbit.
const (
	Bit  Rate = 1
	Kbit Rate = 1e3
	Mbit Rate = 1e6
	Gbit Rate = 1e9
	Tbit Rate = 1e12
)

// rateUnits are those of tc(8): the printed ones from the largest, then those only
// read.
var rateUnits = []struct {
	name string
	rate Rate
}{
	{"tbit", Tbit},
	{"gbit", Gbit},
	{"mbit", Mbit},
	{"kbit", Kbit},
	{"bit", Bit},
	{"tibit", 1 << 40},
	{"gibit", 1 << 30},
	{"mibit", 1 << 20},
	{"kibit", 1 << 10},
}

const (
	printedUnits = 5
	rateForm     = "a rate is written as 100mbit or 2.5gbit"
)

// number matches a decimal and its unit.
var (
	decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	number  = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) *([A-Za-z/]*)$`)
)

// ParseRate reads a rate with its unit: bit, kbit, mbit, gbit or tbit, or kibit
// and so on for powers of 1024.
func ParseRate(s string) (Rate, error) {
	r, _, err := Rate(0).parse(s)
	return r, err
}

func (Rate) parse(s string) (r Rate, hint string, err error) {
	m := number.FindStringSubmatch(s)
	if m == nil {
		return 0, rateForm, fmt.Errorf("%q is not a rate", s)
	}
	unit := strings.TrimSuffix(strings.ToLower(m[2]), "/s")
	if scale, ok := strings.CutSuffix(unit, "bps"); ok {
		return 0, fmt.Sprintf("write %q for bits", m[1]+scale+"bit"),
			fmt.Errorf("unit %q is ambiguous: it means bytes or bits", m[2])
	}
	for _, u := range rateUnits {
		if u.name == unit {
			return u.rate.times(m[1], s)
		}
	}
	if unit == "" {
		return 0, fmt.Sprintf("did you mean \"%smbit\"?", m[1]), fmt.Errorf("the rate %s lacks its unit", s)
	}
	return 0, rateForm, fmt.Errorf("unknown unit %q", m[2])
}

// times returns n times r, rounded to bits; s is for the error.
func (r Rate) times(n, s string) (product Rate, hint string, err error) {
	f, err := strconv.ParseFloat(n, 64)
	if bits := math.Round(f * float64(r)); err == nil && bits <= float64(maxRate) {
		return Rate(bits), "", nil
	}
	return 0, "", fmt.Errorf("the rate %s is out of range, the limit is %s", s, maxRate)
}

// maxRate is the limit of rates. A float64 represents every smaller rate exactly.
const maxRate = 1000 * Tbit

func (r Rate) fault() string {
	if r < 0 || r > maxRate {
		return fmt.Sprintf("is not from 0 to %s", maxRate)
	}
	return ""
}

func (Rate) defaultSide() Side { return AtLeast }

// String returns the rate in the largest unit that leaves no fraction.
func (r Rate) String() string {
	for _, u := range rateUnits[:printedUnits] {
		if r != 0 && r%u.rate == 0 {
			return fmt.Sprintf("%d%s", r/u.rate, u.name)
		}
	}
	return "0bit"
}

// MarshalText returns the rate as it is written in a file.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what [ParseRate] does.
func (r *Rate) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRate(string(b))
	return err
}

// A Side says whether a value must be below or above a limit.
type Side string

// The sides.
const (
	Below   Side = "<"
	AtMost  Side = "<="
	Above   Side = ">"
	AtLeast Side = ">="
)

// A quantity is a number with a unit.
type quantity[Q any] interface {
	cmp.Ordered
	fmt.Stringer
	parse(string) (q Q, hint string, err error)
	fault() string     // why it is out of range, or ""
	defaultSide() Side // of a bound without a sign
}

// A Bound is a limit and a side, as in "<1%" and ">100mbit". Without a sign a share
// must be at most the limit, and a rate at least. It is comparable; the zero value has
// no limit.
type Bound[Q quantity[Q]] struct {
	Side  Side
	Limit Q
}

// IsSet reports whether there is a bound.
func (b Bound[Q]) IsSet() bool { return b.Side != "" }

// Holds reports whether q is within the bound.
func (b Bound[Q]) Holds(q Q) bool {
	switch b.Side {
	case Below:
		return q < b.Limit
	case AtMost:
		return q <= b.Limit
	case Above:
		return q > b.Limit
	case AtLeast:
		return q >= b.Limit
	}
	return true
}

func parseBound[Q quantity[Q]](s string) (b Bound[Q], hint string, err error) {
	rest := strings.TrimLeft(s, "<>=")
	b.Side = Side(s[:len(s)-len(rest)])
	b.Limit, hint, err = b.Limit.parse(strings.TrimSpace(rest))
	if b.Side == "" {
		b.Side = b.Limit.defaultSide()
	}
	if err == nil && !b.Side.known() {
		hint, err = "want one of <, <=, > and >=", fmt.Errorf("unknown comparison in %q", s)
	}
	return b, hint, err
}

func (s Side) known() bool { return s == Below || s == AtMost || s == Above || s == AtLeast }

// fault returns why a bound is invalid, or "". Go literals need this check.
func (b Bound[Q]) fault() string {
	switch {
	case !b.IsSet():
		return ""
	case !b.Side.known():
		return fmt.Sprintf("has the unknown comparison %q", b.Side)
	}
	return b.Limit.fault()
}

// String returns the bound as it is written in a file, without the default sign; ""
// for none.
func (b Bound[Q]) String() string {
	switch b.Side {
	case "":
		return ""
	case b.Limit.defaultSide():
		return b.Limit.String()
	}
	return string(b.Side) + b.Limit.String()
}

// MarshalText returns the bound as it is written in a file.
func (b Bound[Q]) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a limit with or without a sign, or "".
func (b *Bound[Q]) UnmarshalText(text []byte) (err error) {
	*b = Bound[Q]{}
	if len(text) > 0 {
		*b, _, err = parseBound[Q](string(text))
	}
	return err
}
