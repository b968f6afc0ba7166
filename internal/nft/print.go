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
		fmt.Fprintf(b, "%s\t# %s: unsupported\n", gap, u)
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
		fmt.Fprintf(b, "\t\telements = { %s }\n", wrap(s.Elements, s.perLine()))
	}
	b.WriteString("\t}\n")
}

// perLine returns how many elements nft lists in a line, by their type.
func (s Set) perLine() int {
	switch s.kind() {
	case port, inetProto, mark, ifIndex:
		return 5
	case ipv4Addr, ctState:
		return 2
	}
	return 1
}

// wrap joins elements, perLine in each line.
func wrap(elements []string, perLine int) string {
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
	base := join("type", b.Type, "hook", b.Hook, device, "priority", b.priority(f))
	if b.Policy == "" { // in a command
		return base
	}
	return base + "; policy " + b.Policy
}

// A namedPriority is a priority with a name.
type namedPriority struct {
	name     string
	priority int
	hook     string // the only hook with this name; "": all
}

// namedPriorities returns the names of priorities (linux/netfilter_ipv4.h; of bridges
// linux/netfilter_bridge.h).
func namedPriorities(f Family) []namedPriority {
	if f == Bridge {
		return []namedPriority{
			{"dstnat", -300, "prerouting"},
			{"filter", -200, ""},
			{"out", 100, "output"},
			{"srcnat", 300, "postrouting"},
		}
	}
	return []namedPriority{
		{"raw", -300, ""},
		{"mangle", -150, ""},
		{"dstnat", -100, "prerouting"},
		{"filter", 0, ""},
		{"security", 50, ""},
		{"srcnat", 100, "postrouting"},
	}
}

// maxOffset is the largest offset from a name with which a priority is listed.
const maxOffset = 10

// priority formats the priority by name, as in "filter + 5".
func (b *Base) priority(f Family) string {
	for _, s := range namedPriorities(f) {
		d := b.Priority - s.priority
		switch {
		case s.hook != "" && s.hook != b.Hook, d < -maxOffset, d > maxOffset:
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

// Stateless returns the ruleset without counter values.
func (rs Ruleset) Stateless() Ruleset {
	c := rs.Clone()
	for _, t := range c {
		for _, ch := range t.Chains {
			for i, r := range ch.Rules {
				ch.Rules[i] = Rule{Statements: []Statement{plainText(r.String())}, Handle: r.Handle}
			}
		}
	}
	return c
}

// plainText is a statement that is already formatted.
type plainText string

func (s plainText) String() string { return string(s) }

// Listing returns the output of a list command.
func (c Command) Listing(rs Ruleset, handles bool) (string, error) {
	inFamily := func(t Table) bool { return c.Table.Family == "" || c.Table.Family == t.Family }
	var shown Ruleset
	var names strings.Builder
	for _, t := range rs {
		switch {
		case c.Object == "tables" && inFamily(t):
			fmt.Fprintf(&names, "table %s\n", t.TableID)
		case c.Object == "chains" && inFamily(t):
			t = t.clone()
			t.Sets = nil
			for i := range t.Chains {
				t.Chains[i].Rules = nil
			}
			shown = append(shown, t)
		case c.Object == WholeRuleset && inFamily(t), c.Object == ATable && t.TableID == c.Table:
			shown = append(shown, t)
		case t.TableID == c.Table && c.Object == AChain && t.Chain(c.Name) != nil:
			shown = append(shown, Table{TableID: t.TableID, Chains: []Chain{*t.Chain(c.Name)}})
		case t.TableID == c.Table && c.Object == ASet && t.Set(c.Name) != nil:
			shown = append(shown, Table{TableID: t.TableID, Sets: []Set{*t.Set(c.Name)}})
		}
	}
	if shown == nil && (c.Object == ATable || c.Object == AChain || c.Object == ASet) {
		return "", fmt.Errorf("%s not found", join(string(c.Object), c.Table.String(), c.Name))
	}
	return names.String() + shown.List(handles), nil
}
