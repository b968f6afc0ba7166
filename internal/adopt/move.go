package adopt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

type moveLink struct {
	Link state.Endpoint
	To   state.Endpoint
}

func (op moveLink) At() state.Endpoint { return op.Link }

func (op moveLink) Play(s *state.State) error {
	l := s.Link(op.Link)
	to := s.Namespace(op.To.Namespace)
	switch {
	case l == nil:
		return fmt.Errorf("no link %s", op.Link)
	case to == nil && op.To.Namespace != state.Host:
		return fmt.Errorf("no namespace %q", op.To.Namespace)
	case s.Link(op.To) != nil:
		return fmt.Errorf("%s exists", op.To)
	}
	from := s.Namespaces[op.Link.Namespace]
	delete(from.Links, op.Link.Link)
	if op.Link.Namespace != op.To.Namespace {
		l.Addresses, l.Up, l.Master = nil, false, ""
		from.Routes = slices.DeleteFunc(from.Routes, func(r state.Route) bool { return r.Dev == op.Link.Link })
	}
	l.Name = op.To.Link
	if to == nil {
		to = s.Add(state.Host)
	}
	to.Links[l.Name] = l
	if peer, ok := l.Peer(); ok && s.Link(peer) != nil {
		s.Link(peer).Kind = state.Veth{Peer: op.To}
	}
	return nil
}

// parseMove reads ip link set … netns … name …, and what else stands there.
func parseMove(line string) (plan.Plan, string, bool) {
	words := strings.Fields(line)
	i := slices.Index(words, "set")
	if i < 1 || !strings.HasPrefix("link", words[i-1]) {
		return nil, "", false
	}
	ns := state.Host
	if n := slices.Index(words[:i], "-n"); n >= 0 {
		ns = words[n+1]
	}
	if words[0] == "ip" && words[1] == "netns" {
		ns = words[3]
	}
	rest := words[i+1:]
	if len(rest) > 0 && rest[0] == "dev" {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return nil, "", false
	}
	op := moveLink{state.Endpoint{Namespace: ns, Link: rest[0]}, state.Endpoint{Namespace: ns, Link: rest[0]}}
	var left []string
	for j := 1; j < len(rest); j++ {
		switch {
		case rest[j] == "netns" && j+1 < len(rest):
			j++
			if op.To.Namespace = rest[j]; rest[j] == "1" {
				op.To.Namespace = state.Host
			}
		case rest[j] == "name" && j+1 < len(rest):
			j++
			op.To.Link = rest[j]
		default:
			left = append(left, rest[j])
		}
	}
	if op.Link == op.To {
		return nil, "", false
	}
	more := ""
	if len(left) > 0 {
		more = "ip "
		if op.To.Namespace != state.Host {
			more += "-n " + op.To.Namespace + " "
		}
		more += "link set dev " + op.To.Link + " " + strings.Join(left, " ")
	}
	return plan.Plan{op}, more, true
}
