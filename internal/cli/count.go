package cli

import (
	"fmt"
	"strconv"
)

// count is a flag whose value is a number of at least 1. As ping(8) does, it refuses 0,
// which could be taken for none or for no end.
type count struct{ n *int }

func (c count) String() string {
	if c.n == nil || *c.n == 0 {
		return ""
	}
	return strconv.Itoa(*c.n)
}

func (c count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fmt.Errorf("cannot count to %q (want a number from 1)", text)
	}
	*c.n = n
	return nil
}

// Type returns what the help calls the value.
func (c count) Type() string { return "int" }
