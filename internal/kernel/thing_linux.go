package kernel

import (
	"slices"

	"github.com/vethlab/vethlab/internal/state"
)

// A thingRow reads one sort of what a namespace has beside links.
type thingRow struct {
	read func(reading) (put, error)

	// whole says that it is about a namespace as a whole. It is not read in the
	// host namespace, of which a lab has only links and what is on them.
	whole bool
}

// A put stores what was read in a namespace that has its links. Names are those of
// the links by index.
type put func(ns *state.Namespace, names map[int]string)

// thingRows has one row per sort of what a namespace has beside links.
var thingRows = []thingRow{
	{read: readAddresses},
	{read: readRoutes},
	{read: readNeighbours},
	{read: readSysctls, whole: true},
	{read: readFilter, whole: true},
}

// A reading is of the namespace that the calling thread is in.
type reading struct {
	*conn
	name    string
	links   []*seenLink
	sysctls *sysctlScope

	neighbours bool              // whether to read the neighbour entries
	learned    *state.Neighbours // those that are not permanent
}

// readThings reads all sorts of things. The error is the first one.
func (r reading) readThings(whole bool) ([]put, error) {
	var puts []put
	for _, t := range thingRows {
		if t.whole && !whole {
			continue
		}
		put, err := t.read(r)
		if err != nil {
			return nil, err
		}
		puts = append(puts, put)
	}
	return puts, nil
}

// readAddresses reads the addresses except those that the kernel made automatically.
func readAddresses(r reading) (put, error) {
	list, err := r.addresses()
	reported := slices.ContainsFunc(list, func(a seenAddress) bool { return a.automatic })
	return func(ns *state.Namespace, names map[int]string) {
		for _, a := range list {
			if l := ns.Links[names[a.index]]; l != nil && !automatic(l, a, reported) {
				l.Addresses = append(l.Addresses, a.prefix)
			}
		}
	}, err
}

// readRoutes reads the routes that the kernel did not add itself. Of the host
// namespace only those through links that count do.
func readRoutes(r reading) (put, error) {
	list, err := r.routes()
	return func(ns *state.Namespace, names map[int]string) {
		for _, r := range list {
			r.Dev = names[r.index]
			if ns.Name != state.Host || r.Dev != "" {
				ns.Routes = append(ns.Routes, r.Route)
			}
		}
		slices.SortFunc(ns.Routes, state.Route.Compare)
	}, err
}

// readFilter reads the packet filter.
func readFilter(reading) (put, error) {
	rs, err := readNftables()
	return func(ns *state.Namespace, _ map[int]string) { ns.Nftables = rs.Normal() }, err
}
