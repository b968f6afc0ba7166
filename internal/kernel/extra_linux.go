package kernel

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

// extra reads what the namespace has that no State has: the rules and, if they lead to
// further tables, the routes of these.
func (c *conn) extra() (x Extra, err error) {
	if x.Xtables, err = readXtables(); err != nil {
		return x, err
	}
	var ns dump.Namespace
	if err := c.dumpRules(&ns); err != nil {
		return x, err
	}
	x.Rules = ns.Rules
	if !slices.ContainsFunc(x.Rules, func(r dump.Rule) bool { return !initialTable(r.Table) }) {
		return x, nil
	}
	if err := c.dumpRoutes(&ns); err != nil {
		return x, err
	}
	x.Routes = map[uint32]int{}
	for _, r := range ns.Routes {
		if !initialTable(r.Table) {
			x.Routes[r.Table]++
		}
	}
	return x, nil
}

// initialTable reports whether rules of a new namespace lead to a table, or none does.
func initialTable(table uint32) bool {
	return slices.Contains([]uint32{unix.RT_TABLE_UNSPEC, unix.RT_TABLE_DEFAULT, unix.RT_TABLE_MAIN, unix.RT_TABLE_LOCAL}, table)
}
