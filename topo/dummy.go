package topo

// A Dummy is an interface that leads nowhere: a place for addresses that belong to no
// link. It has no options.
type Dummy struct{}

// Word returns "dummy".
func (*Dummy) Word() string { return "dummy" }

func (*Dummy) clone() LinkKind { return new(Dummy) }

func (*Dummy) answers() answers { return answers{} }
