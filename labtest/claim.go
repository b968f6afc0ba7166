package labtest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// host is the namespace that the test program itself is in. Labs with links to it
// share it, so what each has there must not be another's: a lab waits for those of
// other tests that stand in its way.
var host shared

type shared struct {
	mu     sync.Mutex
	freed  sync.Cond
	claims map[string]claim // by lab
}

// A claim is what a lab has in the shared namespace.
type claim struct {
	test     string
	networks []netip.Prefix
	links    []string
}

// claimed returns what a lab will have in the shared namespace.
func claimed(test string, lab *vethlab.Lab) claim {
	c := claim{test: test}
	if !linksHost(lab.Topology()) {
		return c
	}
	will := lab.Described()
	for _, r := range will.Routes(topo.HostNode) {
		c.networks = append(c.networks, r.To)
	}
	for _, i := range will.Interfaces() {
		if i.Node != topo.HostNode {
			continue
		}
		c.links = append(c.links, i.Name)
		for _, a := range i.Addresses {
			if !a.Addr().IsLinkLocalUnicast() {
				c.networks = append(c.networks, a.Masked())
			}
		}
	}
	return c
}

func linksHost(t *topo.Topology) bool {
	return slices.ContainsFunc(t.Links, func(l topo.Link) bool {
		return l.Endpoints[0].Node == topo.HostNode || l.Endpoints[1].Node == topo.HostNode
	})
}

// overlaps returns what two claims have in common, "" if nothing.
func (c claim) overlaps(o claim) string {
	for _, link := range c.links {
		if slices.Contains(o.links, link) {
			return "link " + link
		}
	}
	for _, p := range c.networks {
		if slices.ContainsFunc(o.networks, p.Overlaps) {
			return "network " + p.String()
		}
	}
	return ""
}

// claim waits until nothing stands in the way of what a lab is to have. It fails
// where that would never be: if the test itself, or one that it is a part of, has
// it.
func (s *shared) claim(lab string, c claim) error {
	if len(c.links) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims == nil {
		s.claims, s.freed.L = map[string]claim{}, &s.mu
	}
	for {
		other, what := s.inTheWay(lab, c)
		if what == "" {
			s.claims[lab] = c
			return nil
		}
		if holder := s.claims[other].test; c.test == holder || strings.HasPrefix(c.test, holder+"/") {
			return fmt.Errorf("%s of the host is lab %s's, which this test started as well: "+
				"give one of them other addresses, by `subnet` or `addressing`", what, other)
		}
		s.freed.Wait()
	}
}

// inTheWay returns a lab that has something of a claim, and what.
func (s *shared) inTheWay(lab string, c claim) (other, what string) {
	for other, o := range s.claims {
		if what := c.overlaps(o); other != lab && what != "" {
			return other, what
		}
	}
	return "", ""
}

// has reports whether a lab has anything.
func (s *shared) has(lab string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, has := s.claims[lab]
	return has
}

// release gives up what a lab has.
func (s *shared) release(lab string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims[lab].test != "" {
		delete(s.claims, lab)
		s.freed.Broadcast()
	}
}
