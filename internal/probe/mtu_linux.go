package probe

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxPacket is the size of the largest IPv4 packet, and of the largest IPv6
	// payload, in bytes.
	maxPacket = 1<<16 - 1

	// sizesAtOnce is how many sizes are tried in parallel.
	sizesAtOnce = 15

	// minSilence is the least wait for an answer, however near the target is.
	minSilence = 250 * time.Millisecond
)

// PathMTU measures the path MTU to a target with unfragmentable packets, and
// ignores the kernel's cached path MTU. The error is one of [Ask]'s if not even
// small packets are answered.
func PathMTU(ctx context.Context, t Target, opts MTUOptions) (MTU, error) {
	s, err := newSizer(ctx, t, opts)
	if err != nil {
		return MTU{}, err
	}
	defer s.socket.close()
	fits, tooLarge := s.least, maxPacket+1
	for fits+1 < tooLarge {
		tried, err := s.try(ctx, s.between(fits, tooLarge))
		if err != nil {
			return MTU{}, err
		}
		for size, found := range tried {
			if found == arrived {
				fits = max(fits, size)
			}
		}
		for size, found := range tried {
			if found != arrived && size > fits {
				tooLarge = min(tooLarge, size)
			}
		}
	}
	limit := s.limits[tooLarge]
	limit.Size = fits
	return limit, nil
}

// A sizer sends packets of several sizes to a target.
type sizer struct {
	target  Target
	socket  *socket
	batch   *batch
	cookie  uint64
	start   time.Time
	least   int           // the smallest packet, known to be answered
	silence time.Duration // how long to wait for an answer
	hint    int           // the next-hop MTU that a router reported last; 0: none
	limits  map[int]MTU   // by size: where it was too big
}

// newSizer opens a sizer after the target has answered a small packet.
func newSizer(ctx context.Context, t Target, opts MTUOptions) (*sizer, error) {
	answer := Ask(ctx, []Question{{Target: t}}, Options{Timeout: opts.Timeout})[0]
	if answer.Err != nil {
		return nil, answer.Err
	}
	s := &sizer{target: t, batch: newBatch(), cookie: rand.Uint64(), start: time.Now(), limits: map[int]MTU{}, least: ipv4Header + packetSize}
	if t.ipv6() {
		s.least = ipv6Header + packetSize
	}
	s.silence = min(cmp.Or(opts.Timeout, defaultTimeout), minSilence+4*answer.RTTs.Max())
	err := inside([]string{t.From}, func(int) (err error) {
		if s.socket, err = open(t); err != nil {
			return err
		}
		return s.socket.unfragmented()
	})[0]
	if err != nil && s.socket != nil {
		s.socket.close()
	}
	return s, err
}

// unfragmented makes the socket send unfragmentable packets up to the interface's
// MTU, whatever path MTU is cached (IP_PMTUDISC_PROBE in ip(7)).
func (s *socket) unfragmented() error {
	if !s.ipv6 {
		return os.NewSyscallError("setsockopt IP_MTU_DISCOVER",
			unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE))
	}
	err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE)
	if err == nil {
		err = unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1)
	}
	return os.NewSyscallError("setsockopt IPV6_MTU_DISCOVER", err)
}

// between returns sizes to try, with fits < size < tooLarge: the MTU that a router
// has reported and one byte more, or evenly spaced ones.
func (s *sizer) between(fits, tooLarge int) []int {
	var sizes []int
	if s.hint >= fits && s.hint < tooLarge {
		for _, size := range []int{s.hint, s.hint + 1} {
			if size > fits && size < tooLarge {
				sizes = append(sizes, size)
			}
		}
		s.hint = 0
		if len(sizes) > 0 {
			return sizes
		}
	}
	between := tooLarge - fits - 1
	n := min(between, sizesAtOnce)
	for i := 1; i <= n; i++ {
		sizes = append(sizes, fits+max(i, i*(between+1)/(n+1)))
	}
	return sizes
}

// An outcome is that of a packet.
type outcome int

const (
	silent  outcome = iota // no answer
	arrived                // an answer from the target
	refused                // too big for the interface, or for a router
)

// try tries sizes in parallel and returns the outcome of each.
func (s *sizer) try(ctx context.Context, sizes []int) (map[int]outcome, error) {
	outcomes := make(map[int]outcome, len(sizes))
	for _, size := range sizes {
		outcomes[size] = silent
	}
	tries := 1 + len(resendWaits)
	for range tries {
		for size, f := range outcomes {
			if f != silent {
				continue
			}
			err := s.send(size)
			switch {
			case errors.Is(err, unix.EMSGSIZE):
				outcomes[size] = refused
				s.limits[size] = MTU{Own: true}
			case final(err):
				return nil, explain(err)
			}
		}
		if err := s.collect(ctx, outcomes, s.silence/time.Duration(tries)); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// send sends a packet of a size, which also serves as its question number.
func (s *sizer) send(size int) error {
	m := appendEcho(nil, request{s.cookie, uint32(size), 0, time.Since(s.start)}, s.socket.ipv6, size)
	return s.socket.send(m, s.target.addr())
}

// collect processes answers until there is one for each size, for d at most.
func (s *sizer) collect(ctx context.Context, outcomes map[int]outcome, d time.Duration) error {
	until := time.Now().Add(d)
	for someSilent(outcomes) && time.Until(until) > 0 {
		if err := s.socket.wait(ctx, time.Until(until)); err != nil {
			return err
		}
		for s.socket.receive(s.batch, func(a answer, _ time.Time) { s.handle(outcomes, a) }) {
		}
	}
	return ctx.Err()
}

func (s *sizer) handle(outcomes map[int]outcome, a answer) {
	f, tried := outcomes[int(a.question)]
	switch {
	case a.cookie != s.cookie || !tried || f == arrived || a.checkSource(s.target.addr()) != nil:
	case !a.refused:
		outcomes[int(a.question)] = arrived
	case a.packetTooBig():
		outcomes[int(a.question)] = refused
		s.hint = a.mtu
		s.limits[int(a.question)] = MTU{By: a.from}
	}
}

func someSilent(outcomes map[int]outcome) bool {
	for _, f := range outcomes {
		if f == silent {
			return true
		}
	}
	return false
}
