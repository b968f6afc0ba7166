package cli

import (
	"cmp"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/words"
)

// langFlag gives a command the flag --lang, whose default is the language of the
// locale (locale(7)).
func langFlag(cmd *cobra.Command, l *words.Lang) {
	*l = words.LocaleLang(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
	cmd.Flags().Var(langValue{l}, "lang", "write in `LANG`: en or zh-TW (default: that of LC_ALL or LANG)")
	// It fails only for an undefined flag.
	_ = cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{string(words.English), string(words.Taiwan)}, cobra.ShellCompDirectiveNoFileComp))
}

// A langValue is a flag whose value is a language.
type langValue struct{ lang *words.Lang }

// String implements pflag.Value. It is empty so that help does not depend on the locale.
func (v langValue) String() string { return "" }

// Set implements pflag.Value.
func (v langValue) Set(s string) error {
	l, ok := words.ParseLang(s)
	if !ok {
		return fmt.Errorf("unknown language %q (want en or zh-TW)", s)
	}
	*v.lang = l
	return nil
}

// Type implements pflag.Value.
func (v langValue) Type() string { return "lang" }
