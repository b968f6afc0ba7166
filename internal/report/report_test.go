package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/topotest"
	"github.com/vethlab/vethlab/topo"
)

// oddReport draws a report in which every text is of [topotest.OddText].
func oddReport(t *rapid.T) Report {
	text := func(what string) string { return topotest.OddText().Draw(t, what) }
	r := Report{Lab: text("lab")}
	for range rapid.IntRange(0, 3).Draw(t, "tests") {
		test := Test{Title: text("title"), Subject: text("subject"), Found: text("found"), At: text("at"), OK: rapid.Bool().Draw(t, "ok")}
		test.Pos = topo.Pos{File: text("file"), Line: 3, Col: 7}
		if !test.OK {
			test.Details = []string{text("detail"), text("detail")}
		}
		r.Tests = append(r.Tests, test)
	}
	for range rapid.IntRange(0, 2).Draw(t, "notes") {
		r.Notes = append(r.Notes, text("note"))
	}
	if rapid.Bool().Draw(t, "has an error") {
		r.Err = errors.New(text("error"))
	}
	return r
}

// checkPrintable fails if a text has control characters other than LF and tab.
func checkPrintable(t *rapid.T, text string) {
	control := func(r rune) bool { return !escape.Printable(r) && r != '\n' && r != '\t' }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, control) {
		t.Fatalf("control characters in %q", text)
	}
}

// JUnit returns valid XML with an element for each test and failure.
func TestJUnitOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := JUnit(r)
		var suites junitSuites
		if err := xml.Unmarshal(text, &suites); err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		var elements []string
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok {
				elements = append(elements, e.Name.Local)
			}
		}
		want := []string{"testsuites", "testsuite"}
		for _, result := range r.Tests {
			if want = append(want, "testcase"); !result.OK {
				want = append(want, "failure")
			}
		}
		if r.Err != nil {
			want = append(want, "testcase", "error")
		}
		if len(r.Notes) > 0 {
			want = append(want, "system-out")
		}
		if r.Err != nil && r.Err.Error() != "" {
			want = append(want, "system-err")
		}
		if !slices.Equal(elements, want) {
			t.Fatalf("elements %v, want %v", elements, want)
		}
	})
}

// No text adds a line to TAP.
func TestTAPOfAnyText(t *testing.T) {
	test := regexp.MustCompile(`^(ok|not ok) (\d+) - ((?:[^\\#]|\\.)*)$`)
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := string(TAP(r))
		checkPrintable(t, text)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		all := slices.Concat(r.Tests, r.incomplete())
		if lines[0] != "TAP version 14" || lines[1] != fmt.Sprintf("1..%d", len(all)) {
			t.Fatalf("it begins with %q", lines[:2])
		}
		found, notes, inside := 0, 0, false
		for _, line := range lines[2:] {
			m := test.FindStringSubmatch(line)
			switch {
			case inside && line == "  ...":
				inside = false
			case inside:
				if !strings.HasPrefix(line, "    ") && line != "" && !regexp.MustCompile(`^  (duration_ms|at|subject|found|message): `).MatchString(line) {
					t.Fatalf("unexpected line %q:\n%s", line, text)
				}
			case line == "  ---":
				inside = true
			case m != nil && m[2] == fmt.Sprint(found+1) && (m[1] == "ok") == all[found].OK:
				found++
			case strings.HasPrefix(line, "# note  "):
				notes++
			case strings.HasPrefix(line, "Bail out! ") && r.Err != nil && line == lines[len(lines)-1]:
			default:
				t.Fatalf("unexpected line %q:\n%s", line, text)
			}
		}
		if found != len(all) || notes != len(r.Notes) || inside {
			t.Fatalf("%d of %d tests, %d of %d notes:\n%s", found, len(all), notes, len(r.Notes), text)
		}
	})
}

// There is one workflow command for each failed test and note, with our properties.
func TestAnnotationsOfAnyText(t *testing.T) {
	command := regexp.MustCompile(`^::(?:error|notice) (?:file=([^,:]*),line=3,col=7,)?title=([^,:]*)::(.*)$`)
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := string(Annotations(r, ""))
		checkPrintable(t, text)
		n := 0
		for line := range strings.Lines(text) {
			n++
			m := command.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			if m == nil {
				t.Fatalf("%q is not a workflow command", line)
			}
			for _, value := range m[1:] {
				if rest := regexp.MustCompile(`%(25|0A|3A|2C)`).ReplaceAllString(value, ""); strings.Contains(rest, "%") {
					t.Fatalf("%q has a bare %%", value)
				}
			}
		}
		if want := r.failed() + len(r.incomplete()) + len(r.Notes); n != want {
			t.Fatalf("%d commands for %d failures:\n%s", n, want, text)
		}
	})
}

// A report without a test is a failure in each format.
func TestNothingTested(t *testing.T) {
	r := Report{Lab: "lab", Err: errors.New("nothing to test")}
	for _, tt := range []struct{ name, text, want string }{
		{"JUnit", string(JUnit(r)), `<testsuite name="lab" tests="1" failures="0" errors="1"`},
		{"JUnit", string(JUnit(r)), `<error message="nothing to test">`},
		{"TAP", string(TAP(r)), "\n1..1\nnot ok 1 - all tests are run\n"},
		{"TAP", string(TAP(r)), "\nBail out! nothing to test\n"},
		{"annotations", string(Annotations(r, "")), "::error title=lab%3A all tests are run::nothing to test\n"},
	} {
		if !strings.Contains(tt.text, tt.want) {
			t.Errorf("%s: %q is not in\n%s", tt.name, tt.want, tt.text)
		}
	}
}

// The notes of a report are in each format.
func TestNotes(t *testing.T) {
	r := Report{Lab: "lab", Tests: []Test{{Title: "a → b", Found: "nothing"}}, Notes: []string{"b has rules of nftables"}}
	for name, tt := range map[string]struct{ text, want string }{
		"JUnit":       {string(JUnit(r)), "<system-out>note  b has rules of nftables</system-out>"},
		"TAP":         {string(TAP(r)), "\n# note  b has rules of nftables\n"},
		"annotations": {string(Annotations(r, "")), "\n::notice title=lab::b has rules of nftables\n"},
	} {
		if !strings.Contains(tt.text, tt.want) {
			t.Errorf("%s: %q is not in\n%s", name, tt.want, tt.text)
		}
	}
}
