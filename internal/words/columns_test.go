package words_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/words"
)

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "veth0": 5, "網路": 4, "把 veth0 移走。": 15, "e\u0301": 1, "\x1b[1mns1\x1b[0m": 3, "●──": 3,
	} {
		if got := words.Columns(text); got != want {
			t.Errorf("Columns(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		text    string
		columns int
		want    string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one two three", 13, "one two three"},
		{"incomprehensible it is", 5, "incomprehensible|it is"},
		{"建立網路命名空間", 8, "建立網路|命名空間"},
		{"建立網路，命名空間", 8, "建立網|路，命名|空間"},
		{"他說「好的」", 6, "他說|「好|的」"},
		{"把 veth0 移到 ns1 裡", 10, "把 veth0|移到 ns1|裡"},
		{"用 ip 指令看veth0吧", 8, "用 ip 指|令看|veth0吧"},
	}
	for _, tt := range tests {
		if got := strings.Join(words.Wrap(tt.text, tt.columns), "|"); got != tt.want {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.text, tt.columns, got, tt.want)
		}
	}
}

// No character is lost, and no line that could be broken is too wide.
func TestWrapKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-z]{1,6}|[網路空間]{1,6}|[，。]| ){0,30}`).Draw(t, "text")
		columns := rapid.IntRange(12, 40).Draw(t, "columns")
		lines := words.Wrap(text, columns)
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(lines, "")) != squeeze(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if words.Columns(line) > columns && strings.ContainsAny(line, " ") {
				t.Fatalf("%q has more than %d columns", line, columns)
			}
		}
	})
}

func TestLang(t *testing.T) {
	for text, want := range map[string]words.Lang{"en": "en", "zh-TW": "zh-TW", "zh_tw": "zh-TW", "zh": "zh-TW", "EN": "en", "de": "", "": ""} {
		if got, ok := words.ParseLang(text); got != want || ok != (want != "") {
			t.Errorf("ParseLang(%q) = %q, %v", text, got, ok)
		}
	}
	for locale, want := range map[string]words.Lang{
		"zh_TW.UTF-8": words.Taiwan, "zh_TW": words.Taiwan, "zh_CN.UTF-8": words.English, "C": words.English, "": words.English, "en_US.UTF-8": words.English,
	} {
		if got := words.LocaleLang(locale); got != want {
			t.Errorf("LocaleLang(%q) = %q, want %q", locale, got, want)
		}
	}
}

func TestTextWith(t *testing.T) {
	place := words.Text{En: "here", ZhTW: "這裡"}
	got := words.Text{En: "%[2]s is %[1]s", ZhTW: "%[2]s在%[1]s"}.With(place, "ns1")
	if want := (words.Text{En: "ns1 is here", ZhTW: "ns1在這裡"}); got != want || got.In(words.Taiwan) != want.ZhTW || got.In("") != want.En {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestJoinLines(t *testing.T) {
	for _, tt := range [][3]string{
		{"one", "two", "one two"},
		{"網路", "空間", "網路空間"},
		{"堆疊；", "**veth pair**", "堆疊；**veth pair**"},
		{"搬到", "`ns1`", "搬到 `ns1`"},
		{"ns1", "（左邊）", "ns1（左邊）"},
	} {
		if got := words.JoinLines(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%q and %q make %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}
