package words

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A Lang is an output language, as a BCP 47 tag.
type Lang string

// The languages.
const (
	English Lang = "en"
	Taiwan  Lang = "zh-TW" // Chinese as it is written in Taiwan
)

// Langs returns all languages, English first.
func Langs() []Lang { return []Lang{English, Taiwan} }

// ParseLang reads a language as a flag has it: "en", "zh-TW", also "zh_tw" and
// "zh". ok is false for an unknown language.
func ParseLang(s string) (l Lang, ok bool) {
	tag := strings.ToLower(strings.ReplaceAll(s, "_", "-"))
	for _, l = range Langs() {
		base, _, _ := strings.Cut(string(l), "-")
		if tag == strings.ToLower(string(l)) || tag == base {
			return l, true
		}
	}
	return "", false
}

// Locale returns the locale of a language: "zh_TW.UTF-8", for English "C".
func (l Lang) Locale() string {
	if l == English {
		return "C"
	}
	return strings.ReplaceAll(string(l), "-", "_") + ".UTF-8"
}

// LocaleLang returns the language of a locale, as LC_ALL and LANG have it:
// "zh_TW.UTF-8". Whatever is not Chinese in traditional characters is English.
func LocaleLang(locale string) Lang {
	name, _, _ := strings.Cut(locale, ".")
	name, _, _ = strings.Cut(name, "@")
	switch name {
	case "zh_TW", "zh_HK", "zh_MO", "zh_Hant":
		return Taiwan
	}
	return English
}

// A Text is a text in each language.
type Text struct{ En, ZhTW string }

// In returns the text in a language.
func (t Text) In(l Lang) string {
	if l == Taiwan {
		return t.ZhTW
	}
	return t.En
}

// Both returns a Text with the same words in all languages, such as a name.
func Both(s string) Text { return Text{s, s} }

// With formats the text in each language with [fmt.Sprintf]. A value that is a Text is
// inserted in that language. Spaces between two Chinese characters are removed.
func (t Text) With(values ...any) Text {
	return Text{fmt.Sprintf(t.En, chosen(English, values)...), tighten(fmt.Sprintf(t.ZhTW, chosen(Taiwan, values)...))}
}

func chosen(l Lang, values []any) []any {
	list := make([]any, len(values))
	for i, v := range values {
		if t, ok := v.(Text); ok {
			v = t.In(l)
		}
		list[i] = v
	}
	return list
}

// tighten removes spaces between wide characters and beside full-width punctuation.
func tighten(s string) string {
	rs := []rune(s)
	var kept []rune
	for i, r := range rs {
		if r == ' ' && i > 0 && i+1 < len(rs) && loose(rs[i-1], rs[i+1]) {
			continue
		}
		kept = append(kept, r)
	}
	return string(kept)
}

func loose(before, after rune) bool {
	return columnsOf(before) == 2 && columnsOf(after) == 2 ||
		strings.ContainsRune(wideMarks, before) || strings.ContainsRune(wideMarks, after)
}

// SpaceScripts puts a space between a Chinese character and a Latin word, number or quote
// beside it, and removes those beside full-width punctuation.
func SpaceScripts(s string) string {
	var b strings.Builder
	before := ' '
	for _, r := range s {
		if unicode.Is(unicode.Han, before) && startsWord(r) || unicode.Is(unicode.Han, r) && endsWord(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return tighten(b.String())
}

// startsWord and endsWord report whether a word may begin or end with r, such as a number,
// an option, a path, or a quoted name.
func startsWord(r rune) bool { return r > ' ' && r <= '~' && !strings.ContainsRune(",.;:!?)]}", r) }
func endsWord(r rune) bool   { return r > ' ' && r <= '~' && !strings.ContainsRune("([{", r) }

// JoinLines joins two lines of a paragraph: with a space where the language has
// one.
func JoinLines(a, b string) string { return tighten(a + " " + b) }

// Sentences joins sentences as a language does: with a space between, or without.
// Empty ones are left out.
func Sentences(l Lang, list ...string) string {
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	if l == Taiwan {
		return strings.Join(list, "")
	}
	return strings.Join(list, " ")
}
