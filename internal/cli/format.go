package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A format is how data is written. It is a flag's value.
type format string

// The formats.
const (
	formatText format = "text"
	formatJSON format = "json"
)

// outputFlag gives a command the flag -o.
func outputFlag(cmd *cobra.Command, f *format) {
	*f = formatText
	cmd.Flags().VarP(f, "output", "o", "write `FORMAT`: text or json")
	// It fails only for a flag that is not there.
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(
		[]string{string(formatText), string(formatJSON)}, cobra.ShellCompDirectiveNoFileComp))
}

// String implements pflag.Value.
func (f *format) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *format) Set(s string) error {
	switch format(s) {
	case formatText, formatJSON:
		*f = format(s)
		return nil
	}
	return fmt.Errorf("%q is neither text nor json", s)
}

// Type implements pflag.Value.
func (f *format) Type() string { return "format" }

// plural returns "1 node", "2 nodes".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// short returns a duration as people write it, with three digits or so:
// "12 ms", "1.23 s".
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return digits(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return digits(float64(d)/float64(time.Millisecond)) + " ms"
	}
	return fmt.Sprintf("%.3f ms", float64(d)/float64(time.Millisecond))
}

// digits returns x with at least three digits and no zeros behind the point.
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

// seconds is a flag's value: a time in seconds, as ping(8) has it, or with a
// unit.
type seconds struct{ d *time.Duration }

// newSeconds returns a flag that sets d, which begins with a default.
func newSeconds(d *time.Duration, value time.Duration) seconds {
	*d = value
	return seconds{d}
}

// String implements pflag.Value.
func (s seconds) String() string {
	if s.d == nil {
		return ""
	}
	return strconv.FormatFloat(s.d.Seconds(), 'g', -1, 64)
}

// Set implements pflag.Value.
func (s seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time in seconds, such as 0.2", text)
	}
	*s.d = d
	return nil
}

// Type implements pflag.Value.
func (s seconds) Type() string { return "seconds" }
