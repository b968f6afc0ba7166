package dump

// An Object is something in a namespace that has no type in this package, as no lab can
// have it.
type Object struct {
	Kind string `json:"kind"`           // as in the command that shows it: "nexthop", "xfrm policy"
	Link int    `json:"link,omitempty"` // its index; 0: of the whole namespace
	Text string `json:"text"`
}
