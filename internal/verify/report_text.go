package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/words"
)

// TextOptions are the options of [Report.Text]. The zero value gives the defaults.
type TextOptions struct {
	Width int // columns of the terminal; 0: 100

	// Paint, if not nil, colours a word as good or bad.
	Paint func(good bool, word string) string

	// Translate, if not nil, translates a sentence. Names that the lab file gives to tests
	// and the output of commands stay as they are.
	Translate func(sentence string) string
}

// String returns the report as it is printed, without colours.
func (r *Report) String() string { return r.Text(TextOptions{}) }

// maxTitle is how many columns titles take at most before the result column.
const maxTitle = 44

// Text returns the report as it is printed, without a final newline.
func (r *Report) Text(o TextOptions) string {
	if o.Width == 0 {
		o.Width = draw.DefaultWidth
	}
	if o.Paint == nil {
		o.Paint = func(_ bool, word string) string { return word }
	}
	if o.Translate == nil {
		o.Translate = func(sentence string) string { return sentence }
	}
	w := &reportWriter{options: o}
	w.measure(r.Results)
	for i := range r.Results {
		w.result(&r.Results[i])
	}
	for _, note := range r.Notes {
		w.WriteString("note  " + o.Translate(escape.Line(note)) + "\n")
	}
	w.WriteString(o.Translate(r.Summary()))
	return w.String()
}

// Summary returns the last line of the report.
func (r *Report) Summary() string {
	took := words.Duration(r.Took.Round(time.Microsecond))
	tests := words.Plural(len(r.Results), "test")
	switch failed := r.Failed(); {
	case r.Err != nil && len(r.Results) == 0:
		return escape.Line(fmt.Sprintf("lab %s could not be tested: %v", r.Lab, r.Err))
	case r.Err != nil:
		return escape.Line(fmt.Sprintf("%s, not to the end, in %s: %v", tests, took, r.Err))
	case len(r.Results) == 0:
		return fmt.Sprintf("%s: nothing was tested, in %s", tests, took)
	case failed > 0:
		return fmt.Sprintf("%s, %d failed, in %s", tests, failed, took)
	}
	return fmt.Sprintf("%s, all as expected, in %s", tests, took)
}

// A reportWriter writes a report.
type reportWriter struct {
	strings.Builder
	options TextOptions

	// Columns of the longest title, and of the longest part before an arrow.
	title, before int
}

// measure sets title and before.
func (w *reportWriter) measure(results []TestResult) {
	for i := range results {
		if from, _, ok := strings.Cut(escape.Line(results[i].Title()), arrow); ok {
			w.before = max(w.before, min(words.Columns(from), maxTitle/2))
		}
	}
	for i := range results {
		if n := words.Columns(w.aligned(&results[i])); n <= maxTitle {
			w.title = max(w.title, n)
		}
	}
}

const arrow = " → "

// aligned returns the title of a test with its arrow in the common column.
func (w *reportWriter) aligned(t *TestResult) string {
	from, to, ok := strings.Cut(escape.Line(t.Title()), arrow)
	if !ok {
		return from
	}
	if t.Name == "" && strings.HasPrefix(to, everyAddress) {
		to = w.options.Translate(to)
	}
	return words.Pad(from, w.before) + arrow + to
}

func (w *reportWriter) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *reportWriter) result(t *TestResult) {
	verdict := w.options.Paint(true, "ok  ")
	if !t.OK {
		verdict = w.options.Paint(false, "FAIL")
	}
	w.line("%s  %s  %s", verdict, words.Pad(w.aligned(t), w.title), w.options.Translate(escape.Line(t.Found)))
	for _, line := range t.Details() {
		if !strings.HasPrefix(line, outputMark) {
			line = w.options.Translate(line)
		}
		w.line("        %s", line)
	}
	if t.Matrix != nil {
		for line := range strings.Lines(t.Matrix.text(w.options.Width-len(matrixIndent), w.options.Translate)) {
			w.WriteString(matrixIndent + strings.ReplaceAll(line, "✗", w.options.Paint(false, "✗")))
		}
	}
}

const matrixIndent = "      "

// outputMark precedes each line of a command's output. No node has a name that begins so.
const outputMark = "| "

// maxFailures is how many failures of one test are written.
const maxFailures = 10

// Details returns the lines that follow Found for a failed test: its first failures,
// and the output of commands.
func (t *TestResult) Details() []string {
	if t.OK {
		return nil
	}
	var lines []string
	if t.Name != "" {
		lines = append(lines, "subject: "+t.Subject)
	}
	for i := range t.Failures[:min(len(t.Failures), maxFailures)] {
		f := &t.Failures[i]
		if t.Pairs > 1 || len(t.Failures) > 1 { // otherwise Found is the same
			lines = append(lines, f.line(t.Pairs > 1, sameFinding(t.Failures)))
		}
		for line := range strings.Lines(f.Output) {
			lines = append(lines, outputMark+strings.TrimRight(line, "\n"))
		}
	}
	if more := len(t.Failures) - maxFailures; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	for i, line := range lines { // names and output of commands are untrusted
		lines[i] = escape.Line(line)
	}
	return lines
}

// sameFinding reports whether failures differ only in their nodes and reasons.
func sameFinding(failures []Failure) bool {
	first := failures[0]
	return !slices.ContainsFunc(failures, func(f Failure) bool {
		return f.Key != first.Key || f.Want != first.Want || f.Found != first.Found
	})
}

// text returns a failure in words, without its nodes.
func (f *Failure) text() string {
	text := f.verdict()
	if at := f.at(); at != "" {
		text += " at " + at
	}
	if f.Why != "" {
		text += ": " + f.Why
	}
	return text
}

// line returns one of many failures in words: with its nodes, if several is true, and
// without what was expected and found, if common is true.
func (f *Failure) line(several, common bool) string {
	var parts []string
	if several {
		parts = append(parts, f.From)
		if f.To != "" {
			parts[0] += arrow + f.To
		}
	}
	if at := f.at(); at != "" && several {
		parts[0] += " at " + at
	} else if at != "" {
		parts = append(parts, at)
	}
	if !common {
		parts = append(parts, f.verdict())
	}
	if f.Why != "" {
		parts = append(parts, f.Why)
	}
	return strings.Join(parts, ": ")
}

// verdict returns what was expected and found.
func (f *Failure) verdict() string { return fmt.Sprintf("expected %s, found %s", f.Want, f.Found) }

// at returns the target's address, or "" if the test names it.
func (f *Failure) at() string {
	if f.Address.IsValid() && f.To != f.Address.String() {
		return f.Address.String()
	}
	return ""
}
