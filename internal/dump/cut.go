package dump

import "fmt"

// A Cut is a kind of object of which only the first were read: another user owns the
// namespace, and could fill it without end.
type Cut struct {
	What string // links, addresses, routes, rules, neighbours
	Read int    // how many were read
}

// String returns "only the first 12 routes".
func (c Cut) String() string { return fmt.Sprintf("only the first %d %s", c.Read, c.What) }
