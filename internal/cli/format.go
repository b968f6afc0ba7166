package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/words"
)

// A format is a format of output.
type format string

// The formats. JUnit and TAP are for reports of tests.
const (
	formatText  format = "text"
	formatJSON  format = "json"
	formatJUnit format = "junit"
	formatTAP   format = "tap"
)

// outputFlag gives a command the flag -o, with text, json and more formats.
func outputFlag(cmd *cobra.Command, f *format, more ...format) {
	*f = formatText
	flag := formatFlag{f, append([]format{formatText, formatJSON}, more...)}
	cmd.Flags().VarP(flag, "output", "o", "write `FORMAT`: "+flag.list())
	// It fails only for an undefined flag.
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(flag.words(), cobra.ShellCompDirectiveNoFileComp))
}

// A formatFlag is a flag whose value is one of several formats.
type formatFlag struct {
	value   *format
	formats []format
}

func (f formatFlag) words() []string {
	var ws []string
	for _, known := range f.formats {
		ws = append(ws, string(known))
	}
	return ws
}

// list returns "text, junit or json".
func (f formatFlag) list() string {
	ws := f.words()
	return strings.Join(ws[:len(ws)-1], ", ") + " or " + ws[len(ws)-1]
}

// String implements pflag.Value.
func (f formatFlag) String() string {
	if f.value == nil {
		return ""
	}
	return string(*f.value)
}

// Set implements pflag.Value.
func (f formatFlag) Set(s string) error {
	if !slices.Contains(f.formats, format(s)) {
		return fmt.Errorf("unknown format %q (want %s)", s, f.list())
	}
	*f.value = format(s)
	return nil
}

// Type implements pflag.Value.
func (f formatFlag) Type() string { return "format" }

// plural returns "1 node", "2 nodes".
func plural(n int, noun string) string { return words.Plural(n, noun) }

// short returns a duration with a unit: "12 ms", "1.23 s".
func short(d time.Duration) string { return words.Duration(d) }

// seconds is a flag whose value is a time in seconds, or with a unit.
type seconds struct{ d *time.Duration }

// newSeconds returns a flag that sets d. value is the default.
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
		return fmt.Errorf("invalid time %q (want seconds, such as 0.2)", text)
	}
	*s.d = d
	return nil
}

// Type implements pflag.Value.
func (s seconds) Type() string { return "seconds" }
