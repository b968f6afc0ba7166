package nft

import (
	"fmt"
	"slices"
	"strings"
)

// A protoContext holds the protocols of the packets that reach a statement. A key such
// as "tcp dport" is valid only in packets of TCP: nft(8) inserts a match on the
// protocol before it, and omits that match when it lists the rule.
type protoContext struct {
	family Family
	l3, l4 string // "ip"; "tcp"; "": any
	ether  bool
}

func newProtoContext(f Family) protoContext {
	switch f {
	case IP, IP6, ARP:
		return protoContext{family: f, l3: string(f)}
	case Bridge, Netdev:
		return protoContext{family: f, ether: true}
	}
	return protoContext{family: f}
}

// multiple is l4 after a match of several protocols.
const multiple = "multiple"

// learn records the protocol that a match requires.
func (s *protoContext) learn(m Match) {
	if m.Op == "" && m.Set && field(m.Key).kind == inetProto {
		s.l4 = multiple
	}
	if m.Op != "" || m.Set || m.Named || m.Mask != "" {
		return
	}
	switch m.Key {
	case "meta nfproto":
		s.l3 = map[string]string{"ipv4": "ip", "ipv6": "ip6"}[m.Values[0]]
	case "meta protocol", "ether type":
		s.l3 = m.Values[0]
	case "meta l4proto", "ip protocol", "ip6 nexthdr":
		s.l4 = m.Values[0]
	case "meta iiftype":
		s.ether = m.Values[0] == "ether"
	}
}

// A need holds the protocols that a statement requires.
type need struct {
	l3, l4 string
	ether  bool
}

func needOf(s Statement) need {
	switch s := s.(type) {
	case Match:
		e := field(s.Key)
		return need{e.l3, e.l4, e.ether}
	case VerdictMap:
		e := field(s.Key)
		return need{e.l3, e.l4, e.ether}
	case Reject:
		switch s.With {
		case "icmp":
			return need{l3: "ip"}
		case "icmpv6":
			return need{l3: "ip6"}
		case "tcp reset":
			return need{l4: "tcp"}
		}
	}
	return need{}
}

// explicit inserts the matches on protocols that the statements require.
func explicit(f Family, list []Statement) ([]Statement, error) {
	proto := newProtoContext(f)
	var all []Statement
	add := func(key, value string) {
		m := Match{Key: key, Values: []string{value}}
		proto.learn(m)
		all = append(all, m)
	}
	for _, s := range list {
		n := needOf(s)
		if err := proto.forbid(s, n); err != nil {
			return nil, err
		}
		if n.ether && !proto.ether {
			add("meta iiftype", "ether")
		}
		if n.l3 != "" && proto.l3 == "" {
			if f == Bridge || f == Netdev {
				add("meta protocol", n.l3)
			} else {
				add("meta nfproto", map[string]string{"ip": "ipv4", "ip6": "ipv6"}[n.l3])
			}
		}
		if n.l4 != "" && proto.l4 == "" {
			add("meta l4proto", n.l4)
		}
		if m, ok := s.(Match); ok {
			proto.learn(m)
		}
		all = append(all, s)
	}
	return all, nil
}

// forbid returns an error if no packet can meet the need.
func (s *protoContext) forbid(what Statement, n need) error {
	subject := strings.Join(strings.Fields(what.String())[:min(2, len(strings.Fields(what.String())))], " ")
	if m, ok := what.(Match); ok {
		subject = m.Key
	}
	switch {
	case n.l3 != "" && s.l3 != "" && s.l3 != n.l3:
		return fmt.Errorf("%s: conflicts with the protocol %s", subject, s.l3)
	case n.l4 != "" && s.l4 == multiple:
		return fmt.Errorf("%s: not after a match of several protocols; ports of any are th sport and th dport", subject)
	case n.l4 != "" && s.l4 != "" && s.l4 != n.l4:
		return fmt.Errorf("%s: conflicts with the protocol %s", subject, s.l4)
	case n.l3 == "arp" && s.family != ARP && s.family != Bridge && s.family != Netdev:
		return fmt.Errorf("%s: tables of %s see no ARP", subject, s.family)
	case n.ether && s.family == ARP:
		return fmt.Errorf("%s: not in a table of arp", subject)
	}
	return nil
}

// implicit removes the matches on protocols that later statements require anyway, as
// nft(8) does in a listing.
func implicit(f Family, list []Statement) []Statement {
	proto := newProtoContext(f)
	kept := slices.Clone(list)
	candidates := map[string]int{} // index of the match that requires "l3", "l4" or "ether"
	drop := func(what string) {
		if i, ok := candidates[what]; ok {
			kept[i] = nil
			delete(candidates, what)
		}
	}
	for i, s := range list {
		s = proto.named(s)
		kept[i] = s
		n := needOf(s)
		if n.l3 != "" && n.l3 == proto.l3 {
			drop("l3")
		}
		if n.l4 != "" && n.l4 == proto.l4 {
			drop("l4")
		}
		if n.ether && proto.ether {
			drop("ether")
		}
		m, ok := s.(Match)
		if !ok { // an effect: the matches before it must stay
			clear(candidates)
			continue
		}
		before := proto
		proto.learn(m)
		addCandidate(candidates, i, m, before, proto)
	}
	return slices.DeleteFunc(kept, func(s Statement) bool { return s == nil })
}

// named replaces the key th of a statement by the protocol that packets have, as nft
// does in a listing.
func (s *protoContext) named(statement Statement) Statement {
	key := func(key string) string {
		if side, ok := strings.CutPrefix(key, "th "); ok && field(s.l4+" "+side).kind == port {
			return s.l4 + " " + side
		}
		return key
	}
	switch m := statement.(type) {
	case Match:
		m.Key = key(m.Key)
		return m
	case VerdictMap:
		m.Key = key(m.Key)
		return m
	}
	return statement
}

// addCandidate records a match that a later statement makes redundant if it requires
// the same protocol.
func addCandidate(candidates map[string]int, i int, m Match, before, after protoContext) {
	switch m.Key {
	case "meta nfproto", "meta protocol", "ether type":
		if (m.Key != "ether type" || after.family == Bridge) && before.l3 == "" && after.l3 != "" {
			candidates["l3"] = i
		}
	case "ip protocol", "ip6 nexthdr": // redundant only if the family has no other protocol
		if before.l4 == "" && (after.family == IP || after.family == IP6) && !strings.HasPrefix(m.Key, "ip6") == (after.family == IP) {
			candidates["l4"] = i
		}
	case "meta l4proto":
		if before.l4 == "" && after.l4 != "" {
			candidates["l4"] = i
		}
	case "meta iiftype":
		if !before.ether && after.ether {
			candidates["ether"] = i
		}
	}
}
