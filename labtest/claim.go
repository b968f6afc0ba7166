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

// host is the host namespace, in which the test program runs. Labs with links to it
// share it, so each claims its links and subnets there, and waits for labs of other
// tests that have one of them.
var host shared

type shared struct {
	mu     sync.Mutex
	freed  sync.Cond
	claims map[string]claim // by lab
}

// A claim is what a lab needs in the shared namespace.
type claim struct {
	test    string
	subnets []netip.Prefix
	links   []string
}

// claimOf returns what a lab needs in the shared namespace.
func claimOf(test string, lab *vethlab.Lab) claim {
	c := claim{test: test}
	if !linksHost(lab.Topology()) {
		return c
	}
	will := lab.Described()
	for _, r := range will.Routes(topo.HostNode) {
		c.subnets = append(c.subnets, r.To)
	}
	for _, i := range will.Interfaces() {
		if i.Node != topo.HostNode {
			continue
		}
		c.links = append(c.links, i.Name)
		for _, a := range i.Addresses {
			if !a.Addr().IsLinkLocalUnicast() {
				c.subnets = append(c.subnets, a.Masked())
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

// overlap returns the first link or subnet that two claims share, "" if none.
func (c claim) overlap(o claim) string {
	for _, link := range c.links {
		if slices.Contains(o.links, link) {
			return "link " + link
		}
	}
	for _, p := range c.subnets {
		if slices.ContainsFunc(o.subnets, p.Overlaps) {
			return "subnet " + p.String()
		}
	}
	return ""
}

// claim waits until no other lab has one of the links and subnets that a lab needs. It
// fails if the wait would never end: if the test itself, or a test that it is a subtest
// of, has one.
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
		other, what := s.conflict(lab, c)
		if what == "" {
			s.claims[lab] = c
			return nil
		}
		if holder := s.claims[other].test; c.test == holder || strings.HasPrefix(c.test, holder+"/") {
			return fmt.Errorf("lab %s of this test already has %s in the host namespace: "+
				"give one of the labs other addresses, with `subnet` or `addressing`", other, what)
		}
		s.freed.Wait()
	}
}

// conflict returns a lab whose claim overlaps, and the first overlap.
func (s *shared) conflict(lab string, c claim) (other, what string) {
	for other, o := range s.claims {
		if what := c.overlap(o); other != lab && what != "" {
			return other, what
		}
	}
	return "", ""
}

// has reports whether a lab has a claim.
func (s *shared) has(lab string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, has := s.claims[lab]
	return has
}

// release removes a lab's claim.
func (s *shared) release(lab string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claims[lab].test != "" {
		delete(s.claims, lab)
		s.freed.Broadcast()
	}
}
