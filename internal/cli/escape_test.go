package cli

import (
	"bytes"
	"encoding/json"
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

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// oddText draws what others might have named or written.
func oddText() *rapid.Generator[string] {
	pieces := []string{
		"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "\x00", "\x1b[2J", "\x1b[31m", "\u009b", "\u202e", "\ufeff", "\ufffe", "\xff", "\t",
		"#", " # SKIP", "# TODO", "ok 2 - x", "not ok 1", "Bail out!", "1..0", "  ...\n", "  ---\n", "::error::x", "::add-path::/tmp", "##[command]", "%", "%0A", ",", ":",
		"<", ">", "&", "]]>", "<!--", `"`, "'", `\`, "$(id)", "`id`", "|", "a", "é", "  ",
	}
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "pieces") {
			b.WriteString(rapid.SampledFrom(pieces).Draw(t, "piece"))
			b.Write(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes"))
		}
		return b.String()
	})
}

// oddReport draws a report in which every text is odd.
func oddReport(t *rapid.T) *vethlab.Report {
	text := func(what string) string { return oddText().Draw(t, what) }
	r := &vethlab.Report{Lab: text("lab")}
	for range rapid.IntRange(1, 3).Draw(t, "tests") {
		result := vethlab.TestResult{Name: text("name"), Asks: text("asks"), Found: text("found"), At: text("at"), OK: rapid.Bool().Draw(t, "ok"), Pairs: 2}
		result.Pos = topo.Pos{File: text("file"), Line: 3, Col: 7}
		result.Failures = []vethlab.Failure{{From: text("from"), To: text("to"), Want: text("want"), Found: text("found"), Why: text("why"), Output: text("output")}, {From: "x"}}
		if result.OK {
			result.Failures = nil
		}
		r.Results = append(r.Results, result)
	}
	if rapid.Bool().Draw(t, "not to the end") {
		r.Err = errors.New(text("error"))
	}
	return r
}

func failures(r *vethlab.Report) (n int) {
	for _, t := range r.Results {
		if !t.OK {
			n++
		}
	}
	return n
}

// noCommands holds that nothing in a text commands a terminal or ends a line but LF.
func noCommands(t *rapid.T, text string) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, commands) {
		t.Fatalf("it commands the terminal: %q", text)
	}
}

// JUnit is read as XML, and has the cases and failures that there are.
func TestJUnitOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := junit(r)
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
		for _, result := range r.Results {
			if want = append(want, "testcase"); !result.OK {
				want = append(want, "failure")
			}
		}
		if r.Err != nil && r.Err.Error() != "" {
			want = append(want, "system-err")
		}
		if !slices.Equal(elements, want) {
			t.Fatalf("elements %v, want %v", elements, want)
		}
	})
}

// Each line of TAP is one that was meant.
func TestTAPOfAnyText(t *testing.T) {
	test := regexp.MustCompile(`^(ok|not ok) (\d+) - ((?:[^\\#]|\\.)*)$`)
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := string(tap(r))
		noCommands(t, text)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if lines[0] != "TAP version 14" || lines[1] != fmt.Sprintf("1..%d", len(r.Results)) {
			t.Fatalf("it begins with %q", lines[:2])
		}
		found, inside := 0, false
		for _, line := range lines[2:] {
			m := test.FindStringSubmatch(line)
			switch {
			case inside && line == "  ...":
				inside = false
			case inside:
				if !strings.HasPrefix(line, "    ") && line != "" && !regexp.MustCompile(`^  (duration_ms|at|asks|found|message): `).MatchString(line) {
					t.Fatalf("%q was not meant:\n%s", line, text)
				}
			case line == "  ---":
				inside = true
			case m != nil && m[2] == fmt.Sprint(found+1) && (m[1] == "ok") == r.Results[found].OK:
				found++
			case strings.HasPrefix(line, "Bail out! ") && r.Err != nil && line == lines[len(lines)-1]:
			default:
				t.Fatalf("%q was not meant:\n%s", line, text)
			}
		}
		if found != len(r.Results) || inside {
			t.Fatalf("%d of %d tests:\n%s", found, len(r.Results), text)
		}
	})
}

// GitHub reads as many workflow commands as tests failed, with our properties.
func TestAnnotationsOfAnyText(t *testing.T) {
	command := regexp.MustCompile(`^::error file=([^,:]*),line=3,col=7,title=([^,:]*)::(.*)$`)
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		text := string(annotations(r))
		noCommands(t, text)
		n := 0
		for line := range strings.Lines(text) {
			n++
			m := command.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			if m == nil {
				t.Fatalf("%q is none", line)
			}
			for _, value := range m[1:] {
				if rest := regexp.MustCompile(`%(25|0A|3A|2C)`).ReplaceAllString(value, ""); strings.Contains(rest, "%") {
					t.Fatalf("%q has a bare %%", value)
				}
			}
		}
		if n != failures(r) {
			t.Fatalf("%d commands for %d failures:\n%s", n, failures(r), text)
		}
	})
}

// A report for people has the verdicts that there are, each at the start of a line,
// and no others.
func TestReportOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := oddReport(t)
		var verdicts []bool
		var b bytes.Buffer
		newOut(&b, io.Discard).print("%s\n", r.Text(vethlab.TextOptions{Width: 100}))
		noCommands(t, b.String())
		lines := strings.Split(b.String(), "\n")
		for _, line := range lines[:len(lines)-2] { // the last is the summary
			switch {
			case strings.HasPrefix(line, "ok  "), strings.HasPrefix(line, "FAIL"):
				verdicts = append(verdicts, line[0] == 'o')
			case !strings.HasPrefix(line, "      "):
				t.Fatalf("%q was not meant:\n%s", line, b.String())
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
		rows := rapid.SliceOfN(rapid.SliceOfN(oddText(), 3, 3), 0, 4).Draw(t, "rows")
		var b bytes.Buffer
		newOut(&b, io.Discard).table([]string{"A", "B", "C"}, rows)
		noCommands(t, b.String())
		if n := strings.Count(b.String(), "\n"); n != len(rows)+1 {
			t.Fatalf("%d lines for %d rows:\n%s", n, len(rows), b.String())
		}
	})
}

// JSON means what it should, and commands nothing.
func TestJSONOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := oddText().Draw(t, "text")
		var b bytes.Buffer
		if err := newOut(&b, io.Discard).json(map[string]string{s: s}); err != nil {
			t.Fatal(err)
		}
		noCommands(t, b.String())
		var again map[string]string
		if err := json.Unmarshal(b.Bytes(), &again); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(s)); len(again) != 1 || again[want] != want {
			t.Fatalf("%q became %q", want, again)
		}
	})
}

func TestOfferedNames(t *testing.T) {
	got := offered([]string{"lab", "$(id)", "a\nb", "lab/ns1", "`id`", "x;y", "a b", "-rf", "", "é", "x'y", "\u2028", "a\tb"})
	if want := []string{"lab", "lab/ns1", "é"}; !slices.Equal(got, want) {
		t.Errorf("offered %q, want %q", got, want)
	}
}
