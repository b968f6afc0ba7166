package kernel

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// Extras reads what namespaces have that no State has, without those that were deleted.
func Extras(namespaces []string) (map[string]Extra, error) {
	seen := make([]*Extra, len(namespaces))
	err := netns.Each(namespaces, func(i int) error {
		tables, err := readXtables()
		if err != nil {
			return err
		}
		x := &Extra{Xtables: tables}
		err = inside(func(c *conn) error { return c.extra(x) })
		seen[i] = x
		return err
	})
	extras := map[string]Extra{}
	for i, name := range namespaces {
		if seen[i] != nil {
			extras[name] = *seen[i]
		}
	}
	return extras, ignoreDeleted(err)
}

// extra reads the rules and, if they lead to further tables, the routes of these.
func (c *conn) extra(x *Extra) error {
	var ns dump.Namespace
	if err := c.dumpRules(&ns); err != nil {
		return err
	}
	x.Rules = ns.Rules
	if !slices.ContainsFunc(x.Rules, func(r dump.Rule) bool { return !initialTable(r.Table) }) {
		return nil
	}
	if err := c.dumpRoutes(&ns); err != nil {
		return err
	}
	x.Routes = map[uint32]int{}
	for _, r := range ns.Routes {
		if !initialTable(r.Table) {
			x.Routes[r.Table]++
		}
	}
	return nil
}

// initialTable reports whether rules of a new namespace lead to a table, or none does.
func initialTable(table uint32) bool {
	return slices.Contains([]uint32{unix.RT_TABLE_UNSPEC, unix.RT_TABLE_DEFAULT, unix.RT_TABLE_MAIN, unix.RT_TABLE_LOCAL}, table)
}
