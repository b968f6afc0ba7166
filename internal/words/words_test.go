package words_test

import (
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/words"
)

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 nodes", 1: "1 node", 2: "2 nodes"} {
		if got := words.Plural(n, "node"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Microsecond:     "0.040 ms",
		1500 * time.Microsecond:   "1.5 ms",
		12 * time.Millisecond:     "12 ms",
		12345 * time.Microsecond:  "12.3 ms",
		123456 * time.Microsecond: "123 ms",
		2 * time.Second:           "2 s",
		2340 * time.Millisecond:   "2.34 s",
		100 * time.Second:         "100 s",
	} {
		if got := words.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for rate, want := range map[float64]string{
		0: "0bit", 999: "999bit", 1500: "1.5kbit", 2.13e10: "21.3gbit", 1e8: "100mbit", 3e15: "3000tbit",
	} {
		if got := words.Rate(rate); got != want {
			t.Errorf("%g: %q, want %q", rate, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1 kB", 21_340_000: "21.3 MB", 5e9: "5 GB", 2e18: "2e+03 PB",
	} {
		if got := words.Bytes(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0%", 0.005: "0.5%", 1.0 / 3: "33.3%", 1: "100%"} {
		if got := words.Percent(share); got != want {
			t.Errorf("%g: %q, want %q", share, got, want)
		}
	}
}

func TestList(t *testing.T) {
	for most, want := range map[int]string{2: "a, b and 2 more", 3: "a, b, c and 1 more", 4: "a, b, c, d", 9: "a, b, c, d"} {
		if got := words.List([]string{"a", "b", "c", "d"}, most); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSpaceScripts(t *testing.T) {
	for s, want := range map[string]string{
		"沒有eth0這個介面":     "沒有 eth0 這個介面",
		"要 3 個，卻有0個（no）": "要 3 個，卻有 0 個（no）",
		`第2個字"a"： 錯`:     `第 2 個字 "a"：錯`,
		"到/run 的 [a]裡":   "到 /run 的 [a] 裡",
		"位址.":            "位址.",
		"no Chinese":     "no Chinese",
	} {
		if got := words.SpaceScripts(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestLocale(t *testing.T) {
	for _, l := range words.Langs() {
		if got := words.LocaleLang(l.Locale()); got != l {
			t.Errorf("%s has the locale %s, of %s", l, l.Locale(), got)
		}
	}
}
