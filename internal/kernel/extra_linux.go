package kernel

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// extra reads what the namespace has that no State has: the rules and, if they lead to
// further tables, the routes of these; and what else keeps packets from their way.
func (r reading) extra(which extras) (x Extra, err error) {
	if x.Xtables, err = readXtables(); err != nil {
		return x, err
	}
	var ns dump.Namespace
	if err := r.dumpRules(&ns); err != nil {
		return x, err
	}
	x.Rules = ns.Rules
	if x.Routes, err = r.furtherTables(x.Rules); err != nil {
		return x, err
	}
	if x.FDB, err = r.addedFDB(); err != nil {
		return x, err
	}
	x.Settings = r.blockingOfLinks()
	if which == fastExtras {
		return x, nil
	}
	if x.Qdiscs, err = r.addedQdiscs(); err != nil {
		return x, err
	}
	if x.Policies, err = readPolicies(); err != nil {
		return x, err
	}
	x.Settings = append(r.blockingOfNamespace(), x.Settings...)
	return x, nil
}

// furtherTables counts the routes of tables that a new namespace does not have; nil if no
// rule leads to one.
func (r reading) furtherTables(rules []dump.Rule) (map[uint32]int, error) {
	if !slices.ContainsFunc(rules, func(r dump.Rule) bool { return !initialTable(r.Table) }) {
		return nil, nil
	}
	var ns dump.Namespace
	if err := r.dumpRoutes(&ns); err != nil {
		return nil, err
	}
	sizes := map[uint32]int{}
	for _, r := range ns.Routes {
		if !initialTable(r.Table) {
			sizes[r.Table]++
		}
	}
	return sizes, nil
}

// initialTable reports whether rules of a new namespace lead to a table, or none does.
func initialTable(table uint32) bool {
	return slices.Contains([]uint32{unix.RT_TABLE_UNSPEC, unix.RT_TABLE_DEFAULT, unix.RT_TABLE_MAIN, unix.RT_TABLE_LOCAL}, table)
}

// addedQdiscs returns the qdiscs that somebody added: those of the kernel have no handle.
func (r reading) addedQdiscs() (list []dump.Qdisc, err error) {
	err = dumpInto(r.conn, &list, unix.RTM_GETQDISC, func(b *batch) { b.zeros(sizeofTcmsg) }, decodeQdisc)
	list = slices.DeleteFunc(list, func(q dump.Qdisc) bool {
		return q.Handle == 0 || !slices.ContainsFunc(r.links, func(l *seenLink) bool { return l.Index == q.Index })
	})
	return list, err
}

// addedFDB returns the entries of the FDBs of bridges that somebody added.
func (r reading) addedFDB() ([]dump.FDBEntry, error) {
	addresses, ports := map[string]bool{}, false
	for _, l := range r.links {
		addresses[l.MAC.String()] = true
		ports = ports || l.master != 0
	}
	if !ports {
		return nil, nil
	}
	var ns dump.Namespace
	if err := r.dumpFDB(&ns); err != nil {
		return nil, err
	}
	own := func(a dump.HWAddr) bool { return addresses[a.String()] }
	return slices.DeleteFunc(ns.FDB, func(e dump.FDBEntry) bool { return !e.Added(own) }), nil
}

// Refusals reads what of a namespace refuses to send packets with the same errors as routes
// and packet filters do: rules of policy routing and xfrm policies.
func Refusals(namespace string) (rules []dump.Rule, policies []Policy, err error) {
	err = netns.Do(namespace, func() error {
		return inside(func(c *conn) error {
			var ns dump.Namespace
			if err := c.dumpRules(&ns); err != nil {
				return err
			}
			rules = ns.Rules
			var err error
			policies, err = readPolicies()
			return err
		})
	})
	return rules, policies, err
}
