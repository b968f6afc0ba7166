package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A directive of a format is a field such as %-5s or %.*f, or %%.
var directive = regexp.MustCompile(`%([-+ #0]*)([0-9]+|\*)?(?:\.([0-9]+|\*)?)?(.)`)

// A formatter writes one printf.
type formatter struct {
	sh   *Shell
	args []string // not used yet
	text strings.Builder
	err  error
}

// format returns the text of a printf. The format is used again as long as there are
// arguments, if it uses any.
func (sh *Shell) format(format string, args []string) (string, error) {
	f := &formatter{sh: sh, args: args}
	for {
		before := len(f.args)
		f.once(format)
		if f.err != nil || len(f.args) == 0 || len(f.args) == before {
			return f.text.String(), f.err
		}
	}
}

func (f *formatter) once(format string) {
	for format != "" && f.err == nil {
		at := directive.FindStringSubmatchIndex(format)
		if at == nil {
			f.literal(format)
			return
		}
		f.literal(format[:at[0]])
		m := directive.FindStringSubmatch(format[at[0]:])
		f.field(m[1], m[2], m[3], strings.Contains(m[0], "."), m[4])
		format = format[at[1]:]
	}
}

// literal writes text with its escape sequences.
func (f *formatter) literal(text string) {
	s, _, err := expand.Format(f.sh.config(), strings.ReplaceAll(text, "%", "%%"), nil)
	f.write(s, err)
}

func (f *formatter) write(s string, err error) {
	f.text.WriteString(f.sh.charge(s))
	if err != nil && f.err == nil {
		f.err = err
	}
}

// next returns the next argument, "" after the last one.
func (f *formatter) next() string {
	if len(f.args) == 0 {
		return ""
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a
}

// size returns a width or precision; that of * is an argument.
func (f *formatter) size(text string) int {
	if text == "*" {
		text = f.next()
	}
	n, _ := strconv.Atoi(text) // 0 if there is none
	if max(n, -n) > maxPrintf {
		f.write("", fmt.Errorf("a field is wider than %d characters", maxPrintf))
		return 0
	}
	return n
}

// field writes one directive.
func (f *formatter) field(flags, width, precision string, precise bool, verb string) {
	if verb == "%" {
		f.text.WriteByte('%')
		return
	}
	if !strings.Contains("dixXofFeEgG", verb) {
		flags = strings.ReplaceAll(flags, "0", "") // Go would fill a text with zeros
	}
	spec := "%" + flags
	if n := f.size(width); width != "" {
		spec += strconv.Itoa(n)
	}
	if n := f.size(precision); precise {
		spec += "." + strconv.Itoa(n)
	}
	switch verb {
	case "s":
		f.write(fmt.Sprintf(spec+"s", f.next()), nil)
	case "b":
		s, _, err := expand.Format(f.sh.config(), strings.ReplaceAll(f.next(), "%", "%%"), nil)
		f.write(fmt.Sprintf(spec+"s", s), err)
	case "q":
		s, err := syntax.Quote(f.next(), syntax.LangBash)
		f.write(fmt.Sprintf(spec+"s", s), err)
	case "c":
		first := []rune(f.next())
		f.write(fmt.Sprintf(spec+"s", string(first[:min(1, len(first))])), nil)
	case "d", "i", "u":
		f.write(fmt.Sprintf(spec+"d", f.number()), nil)
	case "x", "X", "o":
		f.write(fmt.Sprintf(spec+verb, uint64(f.number())), nil) //nolint:gosec // as in C
	case "f", "F", "e", "E", "g", "G":
		n, _ := strconv.ParseFloat(strings.TrimSpace(f.next()), 64) // 0 if it is none
		f.write(fmt.Sprintf(spec+verb, n), nil)
	default:
		f.write("", fmt.Errorf("unknown directive %q", spec+verb))
	}
}

// number returns the next argument as C's strtol does, with base 0; 'c is the character's.
func (f *formatter) number() int64 {
	a := strings.TrimSpace(f.next())
	if quoted := strings.TrimLeft(a, `'"`); len(quoted)+1 == len(a) && quoted != "" {
		return int64([]rune(quoted)[0])
	}
	n, err := strconv.ParseInt(a, 0, 64)
	for err != nil && a != "" { // as far as it is a number
		a = strings.TrimRightFunc(a[:len(a)-1], unicode.IsSpace)
		n, err = strconv.ParseInt(a, 0, 64)
	}
	return n
}
