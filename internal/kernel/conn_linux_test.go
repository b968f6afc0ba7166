package kernel

import (
	"errors"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestManyRefusals sends more messages that the kernel refuses than a socket takes answers.
// Each batch gets its own answers, and so does the request after them.
func TestManyRefusals(t *testing.T) {
	c, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, size := range []int{2000, 1, 500} {
		var b batch
		for i := range size {
			b.op = 7 + i
			b.message(unix.RTM_SETLINK, 0, func() { b.ifinfo(1<<30, 0, 0) }) // no link has that index
		}
		var first *refusal
		if err := c.do(&b); !errors.As(err, &first) {
			t.Fatalf("%d messages: %v, want a refusal", size, err)
		}
		if first.op != 7 {
			t.Errorf("%d messages: the first refusal is that of Op %d, want 7", size, first.op)
		}
	}
	if l, err := c.link(1); err != nil || l.Name != "lo" {
		t.Errorf("the link with index 1 is %v, %v", l, err)
	}
}

// TestParts: the messages of an Op are sent at once, and as few others as it takes.
func TestParts(t *testing.T) {
	repeat := func(op, n int) []int { return slices.Repeat([]int{op}, n) }
	for name, tt := range map[string]struct {
		ops  []int
		want []int // the number of messages of each part
	}{
		"none":          {nil, nil},
		"one":           {repeat(0, 1), []int{1}},
		"as many as do": {slices.Concat(repeat(0, mostAnswers/2), repeat(1, mostAnswers/2)), []int{mostAnswers}},
		"one more":      {slices.Concat(repeat(0, mostAnswers/2), repeat(1, mostAnswers/2+1)), []int{mostAnswers / 2, mostAnswers/2 + 1}},
		"a large Op":    {slices.Concat(repeat(0, 3), repeat(1, 3*mostAnswers), repeat(2, 2)), []int{3, 3 * mostAnswers, 2}},
		"small ones":    {slices.Concat(slices.Repeat([]int{1, 2}, mostAnswers)), []int{mostAnswers, mostAnswers}},
	} {
		var b batch
		for _, op := range tt.ops {
			b.op = op
			b.message(unix.RTM_SETLINK, 0, func() {})
		}
		var got []int
		for start, end := 0, 0; start < len(b.ops); start = end {
			end = b.part(start)
			got = append(got, end-start)
			if size := len(b.messages(start, end)); size != (end-start)*unix.NLMSG_HDRLEN {
				t.Errorf("%s: a part of %d messages has %d bytes", name, end-start, size)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: parts of %v messages, want %v", name, got, tt.want)
		}
	}
}
