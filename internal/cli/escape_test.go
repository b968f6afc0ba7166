package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// oddReport draws a report in which every text has control characters and the like.
func oddReport(t *rapid.T) *vethlab.Report {
	text := func(what string) string { return topotest.OddText().Draw(t, what) }
	r := &vethlab.Report{Lab: text("lab")}
	for range rapid.IntRange(1, 3).Draw(t, "tests") {
		result := vethlab.TestResult{Name: text("name"), Subject: text("subject"), Found: text("found"), At: text("at"), OK: rapid.Bool().Draw(t, "ok"), Pairs: 2}
		result.Pos = topo.Pos{File: text("file"), Line: 3, Col: 7}
		result.Failures = []vethlab.Failure{{From: text("from"), To: text("to"), Want: text("want"), Found: text("found"), Why: text("why"), Output: text("output")}, {From: "x"}}
		if result.OK {
			result.Failures = nil
		}
		r.Results = append(r.Results, result)
	}
	if rapid.Bool().Draw(t, "aborted") {
		r.Err = errors.New(text("error"))
	}
	return r
}

func checkSafe(t *rapid.T, text string) {
	if !escape.SafeOnTerminal(text) {
		t.Fatalf("not safe on a terminal: %q", text)
	}
}

// A text report has exactly the verdicts of its tests, each at the start of a line.
func TestReportOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		var verdicts []bool
		var b bytes.Buffer
		newOut(&b, io.Discard).print("%s\n", r.Text(vethlab.TextOptions{Width: 100}))
		checkSafe(t, b.String())
		lines := strings.Split(b.String(), "\n")
		for _, line := range lines[:len(lines)-2] { // the last is the summary
			switch {
			case strings.HasPrefix(line, "ok  "), strings.HasPrefix(line, "FAIL"):
				verdicts = append(verdicts, line[0] == 'o')
			case !strings.HasPrefix(line, "      "):
				t.Fatalf("unexpected line %q:\n%s", line, b.String())
			}
		}
		var want []bool
		for _, result := range r.Results {
			want = append(want, result.OK)
		}
		if !slices.Equal(verdicts, want) {
			t.Fatalf("verdicts %v, want %v:\n%s", verdicts, want, b.String())
		}
	})
}

// A table has a line for each row.
func TestTableOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(topotest.OddText(), 3, 3), 0, 4).Draw(t, "rows")
		var b bytes.Buffer
		newOut(&b, io.Discard).table([]string{"A", "B", "C"}, rows)
		checkSafe(t, b.String())
		if n := strings.Count(b.String(), "\n"); n != len(rows)+1 {
			t.Fatalf("%d lines for %d rows:\n%s", n, len(rows), b.String())
		}
	})
}

// JSON is safe on a terminal and decodes to the same text.
func TestJSONOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := topotest.OddText().Draw(t, "text")
		var b bytes.Buffer
		if err := newOut(&b, io.Discard).json(map[string]string{s: s}); err != nil {
			t.Fatal(err)
		}
		checkSafe(t, b.String())
		var again map[string]string
		if err := json.Unmarshal(b.Bytes(), &again); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(s)); len(again) != 1 || again[want] != want {
			t.Fatalf("%q became %q", want, again)
		}
	})
}

func TestCompletions(t *testing.T) {
	got := completions([]string{"lab", "$(id)", "a\nb", "lab/ns1", "`id`", "x;y", "a b", "-rf", "", "é", "x'y", "\u2028", "a\tb"})
	if want := []string{"lab", "lab/ns1", "é"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
