package cli

import (
	"cmp"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/tutor/machine"
	"github.com/vethlab/vethlab/internal/words"
)

// messageLang returns the language of messages. It does not follow the locale, since only
// messages that a lesson can show are translated.
func messageLang() words.Lang {
	if l, ok := words.ParseLang(os.Getenv(machine.LangEnv)); ok {
		return l
	}
	return words.English
}

// localeLang returns the language of the locale (locale(7)).
func localeLang() words.Lang {
	return words.LocaleLang(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
}

// langFlag gives a command the flag --lang, whose default is the language of the
// locale.
func langFlag(cmd *cobra.Command, l *words.Lang) {
	*l = localeLang()
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
