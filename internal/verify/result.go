package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/compile"
	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// A summary adds up the findings of a test.
type summary struct {
	failures       []Failure
	failed         int // pairs or nodes with failures
	sent, received int // probes and their answers
	rtts           probe.RTTs
	rates          []float64 // bits per second
}

func summarize(findings []finding) summary {
	var s summary
	failed := map[int]bool{}
	for i := range findings {
		f := &findings[i]
		s.sent, s.received = s.sent+f.sent, s.received+f.received
		s.rtts = append(s.rtts, f.rtts...)
		s.failures = append(s.failures, f.failures...)
		if len(f.failures) > 0 {
			failed[f.pair] = true
		}
		s.rates = append(s.rates, f.rates...)
	}
	s.failed = len(failed)
	return s
}

// conclude returns the result of a test from its last try, after that many tries.
func conclude(t *compile.Test, last try, tries int) TestResult {
	s := summarize(last.findings)
	r := TestResult{
		Name: t.Name, Subject: subject(t), Wants: wants(t), OK: len(s.failures) == 0, Found: foundText(t, &s, last.serving),
		Pairs: total(t), Failed: s.failed, Failures: s.failures,
		RTT: NewDistribution(s.rtts), Sent: s.sent, Received: s.received,
		Matrix: matrixOf(t, last.findings), Serving: last.serving, Tries: tries, Took: last.took, Pos: t.Pos,
	}
	if tries > 1 {
		r.Found += fmt.Sprintf(", after %d tries", tries)
	}
	if r.Pos.IsValid() {
		r.At = r.Pos.String()
	}
	return r
}

// total returns how many pairs a test has or, of a command, nodes.
func total(t *compile.Test) int {
	if t.Run != nil {
		return len(t.RunNodes)
	}
	return len(t.Pairs)
}

// NewDistribution summarizes round-trip times.
func NewDistribution(r probe.RTTs) Distribution {
	return Distribution{
		Count: len(r), Min: r.Min(), Median: r.Percentile(50), Max: r.Max(), Mean: r.Mean(), StdDev: r.StdDev(),
	}
}

// maxNamed is how many nodes a test's title names.
const maxNamed = 3

// everyAddress precedes the targets of a matrix.
const everyAddress = "every address of "

// subject returns the probes of a test: "a, b → web via tcp/80".
func subject(t *compile.Test) string {
	if t.Run != nil {
		line, more, _ := strings.Cut(strings.Join(t.Run, " "), "\n")
		if strings.TrimSpace(more) != "" {
			line += " …"
		}
		return fmt.Sprintf("%s: %s", words.List(t.On, maxNamed), line)
	}
	text := words.List(t.Sources(), maxNamed) + arrow
	if len(t.To) == 0 && t.Via.Host != "" {
		return text + t.Via.String()
	}
	if t.Matrix {
		text += everyAddress
	}
	text += words.List(t.Targets(), maxNamed)
	if t.Protocol() != topo.ICMP {
		text += " via " + t.Via.String()
	}
	return text
}

// wants says what the test expects: "reachable within 20ms".
func wants(t *compile.Test) string {
	if t.Run != nil {
		text := fmt.Sprintf("exit code %d", t.Exit)
		if t.Stdout != "" {
			text += ", " + stdoutWanted(t)
		}
		return text
	}
	text := string(t.Outcome())
	if t.Within > 0 {
		text += " within " + t.Within.String()
	}
	if t.Loss.IsSet() {
		text += ", " + lossWanted(t)
	}
	if t.MTU > 0 {
		text += fmt.Sprintf(", mtu %d", t.MTU)
	}
	if t.Throughput.IsSet() {
		text += ", " + throughputWanted(t)
	}
	if t.Path != nil {
		text += ", " + pathText(t.Path)
	}
	return text
}

func lossWanted(t *compile.Test) string { return fmt.Sprintf("loss %s%s", t.Loss.Side, t.Loss.Limit) }

func throughputWanted(t *compile.Test) string {
	return fmt.Sprintf("throughput %s%s", t.Throughput.Side, t.Throughput.Limit)
}

// stdoutWanted returns what the output of a command must contain.
func stdoutWanted(t *compile.Test) string {
	if strings.HasPrefix(t.Stdout, "/") {
		return t.Stdout + " in the output"
	}
	return fmt.Sprintf("%q in the output", strings.TrimRight(t.Stdout, "\n"))
}

// foundText says in one line what was found.
func foundText(t *compile.Test, s *summary, serving []string) string {
	switch {
	case len(s.failures) > 0:
		return failing(t, s)
	case t.Run != nil:
		return wants(t)
	}
	return asExpected(t, s, serving)
}

// failing says what failed and, of several pairs, in how many.
func failing(t *compile.Test, s *summary) string {
	text := "expected " + wants(t)
	same := sameFinding(s.failures)
	if same {
		text = s.failures[0].verdict()
	}
	many := total(t)
	switch {
	case len(s.failures) == 1 && many <= 1:
		return s.failures[0].text()
	case many <= 1:
		return text
	case t.Run != nil:
		return fmt.Sprintf("%s in %d of %d nodes", text, s.failed, many)
	case same:
		return fmt.Sprintf("%s in %d of %d pairs", text, s.failed, many)
	}
	return fmt.Sprintf("%s: %d of %d pairs failed", text, s.failed, many)
}

// asExpected says what was found as expected: "6 pairs reachable (0.05 ms, slowest
// 0.31 ms)".
func asExpected(t *compile.Test, s *summary, serving []string) string {
	text := string(t.Outcome())
	if len(t.Pairs) > 1 {
		text = words.Plural(len(t.Pairs), "pair") + " " + text
	}
	switch {
	case len(s.rtts) == 0:
	case len(s.rtts) <= 2: // one of each family
		text += fmt.Sprintf(" (%s)", words.Duration(s.rtts.Max()))
	default:
		text += fmt.Sprintf(" (%s, slowest %s)", words.Duration(s.rtts.Percentile(50)), words.Duration(s.rtts.Max()))
	}
	if t.Loss.IsSet() && s.sent > 0 {
		text += ", loss " + words.Percent(1-float64(s.received)/float64(s.sent))
	}
	if t.MTU > 0 {
		text += fmt.Sprintf(", mtu %d", t.MTU)
	}
	if len(s.rates) > 0 {
		text += ", " + rateText(s.rates)
	}
	if t.Path != nil {
		text += ", " + pathText(t.Path)
	}
	if len(serving) > 0 {
		text += ", vethlab listened"
	}
	return text
}

func rateText(rates []float64) string {
	low, high := slices.Min(rates), slices.Max(rates)
	if low == high {
		return words.Rate(low)
	}
	return words.Rate(low) + " to " + words.Rate(high)
}

// matrixOf returns the matrix of a test that asks for one, or nil. A pair with a
// failure is wrong; one without findings is not filled in.
func matrixOf(t *compile.Test, findings []finding) *Matrix {
	if !t.Matrix || t.Run != nil {
		return nil
	}
	m := &Matrix{From: []string{}, To: t.AllTargets}
	rows, columns := map[string]int{}, map[string]int{}
	for i, name := range t.AllTargets {
		columns[name] = i
	}
	for _, p := range t.Pairs {
		if _, ok := rows[p.From]; !ok {
			rows[p.From] = len(rows)
			m.From = append(m.From, p.From)
			m.cells = append(m.cells, make([]draw.Cell, len(columns)))
		}
	}
	good := draw.Unreached
	if t.Outcome() == topo.Reachable {
		good = draw.Reached
	}
	for i := range findings {
		f := &findings[i]
		if f.pair >= len(t.Pairs) { // of a test without pairs
			continue
		}
		p := t.Pairs[f.pair]
		cell := &m.cells[rows[p.From]][columns[p.To]]
		if len(f.failures) > 0 || *cell == draw.Wrong {
			*cell = draw.Wrong
		} else {
			*cell = good
		}
	}
	return m
}
