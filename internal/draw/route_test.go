package draw

import "testing"

// Of two cables that exchange coordinates each must turn before the other. That needs a
// second track.
func TestRingIsSplit(t *testing.T) {
	for name, nets := range map[string][]*net{
		"two change places":   {{ca: 1, cb: 5}, {ca: 5, cb: 1}},
		"three in a ring":     {{ca: 1, cb: 5}, {ca: 5, cb: 9}, {ca: 9, cb: 1}},
		"two rings":           {{ca: 1, cb: 5}, {ca: 5, cb: 1}, {ca: 11, cb: 15}, {ca: 15, cb: 11}},
		"no space in between": {{ca: 4, cb: 5}, {ca: 5, cb: 4}, {ca: 1, cb: 9}},
	} {
		chooseTracks(nets, 1)
		var parts []*net
		for _, n := range nets {
			for ; n != nil; n = n.rest {
				parts = append(parts, n)
			}
		}
		if len(parts) == len(nets) {
			t.Errorf("%s: no net has a second track", name)
		}
		for _, n := range parts {
			if n.rest != nil && n.rest.ca != n.cb {
				t.Errorf("%s: a net ends at %d but its second track begins at %d", name, n.cb, n.rest.ca)
			}
			for _, m := range parts {
				if n != m && n.above(m, 1) && n.track >= m.track {
					t.Errorf("%s: %d→%d on track %d overlaps %d→%d on track %d along the flow", name, n.ca, n.cb, n.track, m.ca, m.cb, m.track)
				}
				if n != m && n.track == m.track && n.meets(m, 1) {
					t.Errorf("%s: %d→%d and %d→%d share track %d", name, n.ca, n.cb, m.ca, m.cb, n.track)
				}
			}
		}
	}
}
