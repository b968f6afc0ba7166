package nft

import (
	"fmt"
	"strconv"
	"strings"
)

// String returns the ruleset as `nft list ruleset` prints it.
func (rs Ruleset) String() string { return rs.List(false) }

// List returns the ruleset as `nft list ruleset` prints it; with handles, as
// `nft -a list ruleset` does for rules.
func (rs Ruleset) List(handles bool) string {
	var b strings.Builder
	for _, t := range rs {
		t.list(&b, handles)
	}
	return b.String()
}

func (t Table) list(b *strings.Builder, handles bool) {
	fmt.Fprintf(b, "table %s {\n", t.TableID)
	gap := ""
	for _, u := range t.Unknown {
		fmt.Fprintf(b, "%s\t# %s: not understood here\n", gap, u)
		gap = "\n"
	}
	for _, s := range t.Sets {
		b.WriteString(gap)
		s.list(b)
		gap = "\n"
	}
	for _, c := range t.Chains {
		b.WriteString(gap)
		c.list(b, t.Family, handles)
		gap = "\n"
	}
	b.WriteString("}\n")
}

func (s Set) list(b *strings.Builder) {
	fmt.Fprintf(b, "\tset %s {\n\t\ttype %s\n", s.Name, s.Type)
	if s.Interval {
		b.WriteString("\t\tflags interval\n")
	}
	if len(s.Elements) > 0 {
		fmt.Fprintf(b, "\t\telements = { %s }\n", wrap(s.Elements))
	}
	b.WriteString("\t}\n")
}

// wrap writes elements as nft does, so many in a line.
func wrap(elements []string) string {
	perLine := 2
	if len(elements[0]) < len("255.255.255.255") {
		perLine = 4
	}
	var b strings.Builder
	for i, e := range elements {
		switch {
		case i == 0:
		case i%perLine == 0:
			b.WriteString(",\n\t\t\t     ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(e)
	}
	return b.String()
}

func (c Chain) list(b *strings.Builder, f Family, handles bool) {
	fmt.Fprintf(b, "\tchain %s {\n", c.Name)
	if c.Base != nil {
		fmt.Fprintf(b, "\t\t%s;\n", c.Base.text(f))
	}
	for _, r := range c.Rules {
		b.WriteString("\t\t" + r.text(true))
		if handles && r.Handle != 0 {
			fmt.Fprintf(b, " # handle %d", r.Handle)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\t}\n")
}

// text returns the line of a listing.
func (b *Base) text(f Family) string {
	if b.Type == "" {
		return "policy " + b.Policy
	}
	device := ""
	if b.Device != "" {
		device = "device " + quoted(b.Device)
	}
	place := join("type", b.Type, "hook", b.Hook, device, "priority", b.priority(f))
	if b.Policy == "" { // in a command
		return place
	}
	return place + "; policy " + b.Policy
}

// A standard is a priority that has a name.
type standard struct {
	name     string
	priority int
	hook     string // only at this; "": at any
}

// standards are the names of priorities (linux/netfilter_ipv4.h), in a bridge
// those of linux/netfilter_bridge.h.
func standards(f Family) []standard {
	if f == Bridge {
		return []standard{
			{"dstnat", -300, "prerouting"},
			{"filter", -200, ""},
			{"out", 100, "output"},
			{"srcnat", 300, "postrouting"},
		}
	}
	return []standard{
		{"raw", -300, ""},
		{"mangle", -150, ""},
		{"dstnat", -100, "prerouting"},
		{"filter", 0, ""},
		{"security", 50, ""},
		{"srcnat", 100, "postrouting"},
	}
}

// near is how far from a name a priority is still written by it.
const near = 10

// priority writes the priority by name, as in "filter + 5".
func (b *Base) priority(f Family) string {
	for _, s := range standards(f) {
		d := b.Priority - s.priority
		switch {
		case s.hook != "" && s.hook != b.Hook, d < -near, d > near:
		case d == 0:
			return s.name
		case d < 0:
			return fmt.Sprintf("%s - %d", s.name, -d)
		default:
			return fmt.Sprintf("%s + %d", s.name, d)
		}
	}
	return strconv.Itoa(b.Priority)
}
