package examples

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// The code under test: members of a group that send heartbeats to all others. A member
// that receives them from more than half of the group follows the first of those, by
// name; otherwise it follows none.
type member struct {
	name  string
	group []string // addresses of all
	conn  net.PacketConn
	says  func(leader string) // called when it follows another one

	mu     sync.Mutex
	heard  map[string]time.Time
	leader string
}

const (
	beat    = 10 * time.Millisecond
	forgets = 8 * beat // a member that sends nothing for this long counts as failed
)

func (m *member) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer m.conn.Close()
	wg.Go(m.listen)
	for tick := time.NewTicker(beat); ; {
		for _, address := range m.group {
			if to, err := net.ResolveUDPAddr("udp", address); err == nil {
				_, _ = m.conn.WriteTo([]byte(m.name), to)
			}
		}
		m.elect()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *member) listen() {
	buf := make([]byte, 100)
	for {
		n, _, err := m.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		m.mu.Lock()
		m.heard[string(buf[:n])] = time.Now()
		m.mu.Unlock()
	}
}

func (m *member) elect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	var there []string
	for name, at := range m.heard {
		if time.Since(at) < forgets {
			there = append(there, name)
		}
	}
	leader := ""
	if len(there) > len(m.group)/2 {
		leader = slices.Min(there)
	}
	if leader != m.leader {
		m.leader = leader
		m.says(leader)
	}
}

// Five members, two of whom are cut off and come back.
func TestElectionUnderPartition(t *testing.T) {
	lab := labtest.Start(t, topo.MustParse(`
nodes: {left: {kind: switch}, right: {kind: switch}}
links: [[n1, left], [n2, left], [left, right], [right, n3], [right, n4], [right, n5]]
`))
	votes := newVotes()
	members := []string{"n1", "n2", "n3", "n4", "n5"}
	var group []string
	for _, name := range members {
		addrs, err := lab.Node(name).Resolver().LookupNetIP(t.Context(), "ip4", name)
		if err != nil {
			t.Fatal(err)
		}
		group = append(group, addrs[0].String()+":5000")
	}
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer wg.Wait()
	defer stop()
	for _, name := range members {
		conn, err := lab.Node(name).ListenPacket(ctx, "udp4", ":5000")
		if err != nil {
			t.Fatal(err)
		}
		m := &member{
			name: name, group: group, conn: conn, heard: map[string]time.Time{},
			says: func(leader string) { votes.cast(name, leader) },
		}
		wg.Go(func() { m.run(ctx) })
	}

	votes.wait(t, "n1=n1 n2=n1 n3=n1 n4=n1 n5=n1")
	lab.Link("left", "right").Down(ctx)
	votes.wait(t, "n1= n2= n3=n3 n4=n3 n5=n3") // two of five are not enough
	lab.Link("left", "right").Up(ctx)
	votes.wait(t, "n1=n1 n2=n1 n3=n1 n4=n1 n5=n1")
	lab.Link("n1", "left").Down(ctx)
	votes.wait(t, "n1= n2=n2 n3=n2 n4=n2 n5=n2")
}

// votes are whom each member follows.
type votes struct {
	mu      sync.Mutex
	changed chan struct{}
	by      map[string]string
}

func newVotes() *votes { return &votes{by: map[string]string{}, changed: make(chan struct{}, 1)} }

func (v *votes) cast(member, leader string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.by[member] = leader
	select {
	case v.changed <- struct{}{}:
	default: // a check is pending
	}
}

func (v *votes) String() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var words []string
	for member, leader := range v.by {
		words = append(words, fmt.Sprintf("%s=%s", member, leader))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// wait waits until the votes are as wanted.
func (v *votes) wait(t *testing.T, want string) {
	t.Helper()
	for timeout := time.After(20 * time.Second); v.String() != want; {
		select {
		case <-v.changed:
		case <-timeout:
			t.Fatalf("votes are %q, want %q", v, want)
		}
	}
}
