package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/probe"
	"github.com/vethlab/vethlab/internal/words"
	"github.com/vethlab/vethlab/topo"
)

// conclude makes the result of what was found in the last try.
func (c *testRun) conclude() {
	r := &c.result
	r.Name, r.Asks, r.Wants = c.Name, c.asks(), c.wants()
	r.OK, r.Failures, r.Failed = len(c.failures) == 0, c.failures, len(c.failed)
	r.Pairs = len(c.Pairs)
	if c.Run != nil {
		r.Pairs = len(c.Where)
	}
	r.RTT, r.Matrix, r.Serving = NewDistribution(c.rtts), c.matrix, c.serving
	r.Tries, r.Took = c.tries, c.took
	if r.Pos = c.Pos; r.Pos.IsValid() {
		r.At = r.Pos.String()
	}
	r.Found = c.finding()
}

func NewDistribution(r probe.RTTs) Distribution {
	return Distribution{
		Count: len(r), Min: r.Min(), Median: r.Percentile(50), Max: r.Max(), Mean: r.Mean(), StdDev: r.StdDev(),
	}
}

// maxNamed is how many nodes a test's title names.
const maxNamed = 3

// asks says what the test asks: "a, b → web via tcp/80".
func (c *testRun) asks() string {
	if c.Run != nil {
		line, more, _ := strings.Cut(strings.Join(c.Run, " "), "\n")
		if strings.TrimSpace(more) != "" {
			line += " …"
		}
		return fmt.Sprintf("%s: %s", words.List(c.On, maxNamed), line)
	}
	text := words.List(c.Sources(), maxNamed) + arrow
	if len(c.To) == 0 && c.Via.Host != "" {
		return text + c.Via.String()
	}
	if c.Matrix {
		text += "every address of "
	}
	text += words.List(c.Targets(), maxNamed)
	if c.Protocol() != topo.ICMP {
		text += " via " + c.Via.String()
	}
	return text
}

// wants says what the test expects: "reachable within 20ms".
func (c *testRun) wants() string {
	if c.Run != nil {
		text := fmt.Sprintf("exit code %d", c.Exit)
		if c.Stdout != "" {
			text += ", " + c.stdoutWanted()
		}
		return text
	}
	text := string(c.Outcome())
	if c.Within > 0 {
		text += " within " + c.Within.String()
	}
	if c.Loss.IsSet() {
		text += ", " + c.lossWanted()
	}
	if c.MTU > 0 {
		text += fmt.Sprintf(", mtu %d", c.MTU)
	}
	if c.Throughput.IsSet() {
		text += ", " + c.throughputWanted()
	}
	if c.Path != nil {
		text += ", " + pathText(c.Path)
	}
	return text
}

func (c *testRun) lossWanted() string { return fmt.Sprintf("loss %s%s", c.Loss.Side, c.Loss.Limit) }

func (c *testRun) throughputWanted() string {
	return fmt.Sprintf("throughput %s%s", c.Throughput.Side, c.Throughput.Limit)
}

// stdoutWanted returns what the output of a command shall have in it.
func (c *testRun) stdoutWanted() string {
	if strings.HasPrefix(c.Stdout, "/") {
		return c.Stdout + " in the output"
	}
	return fmt.Sprintf("%q in the output", strings.TrimRight(c.Stdout, "\n"))
}

// finding says in one line what was found.
func (c *testRun) finding() string {
	text := ""
	switch {
	case len(c.failures) > 0:
		text = c.failing()
	case c.Run != nil:
		text = c.wants()
	default:
		text = c.reached()
	}
	if c.tries > 1 {
		text += fmt.Sprintf(", after %d tries", c.tries)
	}
	return text
}

// failing says what failed, and how much of the test if it is of several pairs.
func (c *testRun) failing() string {
	text := "expected " + c.wants()
	if alike(c.failures) {
		text = c.failures[0].verdict()
	}
	many := len(c.Pairs) + len(c.Where) // one of them is empty
	switch {
	case len(c.failures) == 1 && many <= 1:
		return c.failures[0].text()
	case many <= 1:
		return text
	case c.Run != nil:
		return fmt.Sprintf("%s in %d of %d nodes", text, len(c.failed), many)
	case alike(c.failures):
		return fmt.Sprintf("%s in %d of %d pairs", text, len(c.failed), many)
	}
	return fmt.Sprintf("%s: %d of %d pairs failed", text, len(c.failed), many)
}

// reached says how what is as expected was found: "6 pairs reachable (0.05 to
// 0.31 ms)".
func (c *testRun) reached() string {
	text := string(c.Outcome())
	if len(c.Pairs) > 1 {
		text = words.Plural(len(c.Pairs), "pair") + " " + text
	}
	switch {
	case len(c.rtts) == 0:
	case len(c.rtts) <= 2: // one of each family
		text += fmt.Sprintf(" (%s)", words.Duration(c.rtts.Max()))
	default:
		text += fmt.Sprintf(" (%s, slowest %s)", words.Duration(c.rtts.Percentile(50)), words.Duration(c.rtts.Max()))
	}
	for _, more := range []string{c.lossText(), c.mtuText(), c.throughputText(), c.pathsText()} {
		if more != "" {
			text += ", " + more
		}
	}
	if len(c.serving) > 0 {
		text += ", vethlab listened"
	}
	return text
}

func (c *testRun) lossText() string {
	if !c.Loss.IsSet() || c.result.Sent == 0 {
		return ""
	}
	return "loss " + words.Percent(1-float64(c.result.Received)/float64(c.result.Sent))
}

func (c *testRun) mtuText() string {
	if c.MTU == 0 {
		return ""
	}
	return fmt.Sprintf("mtu %d", c.MTU)
}

func (c *testRun) throughputText() string {
	if len(c.throughput) == 0 {
		return ""
	}
	low, high := slices.Min(c.throughput), slices.Max(c.throughput)
	if low == high {
		return words.Rate(low)
	}
	return words.Rate(low) + " to " + words.Rate(high)
}

func (c *testRun) pathsText() string {
	if c.Path == nil {
		return ""
	}
	return pathText(c.Path)
}
