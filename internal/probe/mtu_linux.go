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
	// maxPacket is the largest IPv4 packet there is, and the largest IPv6 packet
	// without its header.
	maxPacket = 1<<16 - 1

	// sizesAtOnce is how many sizes are tried side by side.
	sizesAtOnce = 15

	// minSilence is how long a packet is at least waited for, however near the
	// target is.
	minSilence = 250 * time.Millisecond
)

// PathMTU finds how large an IP packet may be to get to a target in one piece.
// It asks with packets that must not be fragmented, and
// does not believe what the kernel remembers of the path. The error is a
// [*Timeout] or another of those of [Ask] if not even small packets get there.
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

// Fits reports whether an IP packet of so many bytes gets to a target in one
// piece. The error is one of those of [Ask] if not even a small one gets there.
func Fits(ctx context.Context, t Target, size int, opts MTUOptions) (bool, error) {
	if size > maxPacket {
		return false, nil
	}
	s, err := newSizer(ctx, t, opts)
	if err != nil {
		return false, err
	}
	defer s.socket.close()
	if size <= s.least {
		return true, nil
	}
	tried, err := s.try(ctx, []int{size})
	return tried[size] == arrived, err
}

// A sizer sends packets of several sizes to a target.
type sizer struct {
	target  Target
	socket  *socket
	batch   *batch
	cookie  uint64
	start   time.Time
	least   int           // the least size, which is known to get through
	silence time.Duration // how long to wait for one that gets through
	hint    int           // what the last router said that takes less; 0: none did
	limits  map[int]MTU   // who said that a size is too big
}

// newSizer makes sure that small packets get through.
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

// unfragmented makes the socket send only packets that must not be fragmented,
// as large as the interface takes, whatever is known of the path
// (IP_PMTUDISC_PROBE in ip(7)).
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

// between returns sizes to be tried that are larger than one and smaller than
// another. What a router has said comes first, and whether it is true.
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
	room := tooLarge - fits - 1
	n := min(room, sizesAtOnce)
	for i := 1; i <= n; i++ {
		sizes = append(sizes, fits+max(i, i*(room+1)/(n+1)))
	}
	return sizes
}

// What becomes of a packet.
type fate int

const (
	silent  fate = iota // nobody said anything
	arrived             // it was answered
	refused             // somebody said so
)

// try tries sizes side by side and returns what became of each.
func (s *sizer) try(ctx context.Context, sizes []int) (map[int]fate, error) {
	fates := make(map[int]fate, len(sizes))
	for _, size := range sizes {
		fates[size] = silent
	}
	tries := 1 + len(resends)
	for range tries {
		for size, f := range fates {
			if f != silent {
				continue
			}
			err := s.send(size)
			switch {
			case errors.Is(err, unix.EMSGSIZE):
				fates[size] = refused
				s.limits[size] = MTU{Own: true}
			case final(err):
				return nil, explain(err)
			}
		}
		if err := s.collect(ctx, fates, s.silence/time.Duration(tries)); err != nil {
			return nil, err
		}
	}
	return fates, nil
}

// send sends a packet of a size, which is also the number of its question.
func (s *sizer) send(size int) error {
	m := appendEcho(nil, request{s.cookie, uint32(size), 0, time.Since(s.start)}, s.socket.ipv6, size)
	return s.socket.send(m, s.target.addr())
}

// collect takes answers until there is one for each size, or for a while.
func (s *sizer) collect(ctx context.Context, fates map[int]fate, d time.Duration) error {
	until := time.Now().Add(d)
	for someSilent(fates) && time.Until(until) > 0 {
		if err := s.socket.wait(ctx, time.Until(until)); err != nil {
			return err
		}
		for s.socket.receive(s.batch, func(a answer, _ time.Time) { s.take(fates, a) }) {
		}
	}
	return ctx.Err()
}

func (s *sizer) take(fates map[int]fate, a answer) {
	f, tried := fates[int(a.question)]
	switch {
	case a.cookie != s.cookie || !tried || f == arrived:
	case !a.refused && a.from == s.target.addr():
		fates[int(a.question)] = arrived
	case a.refused && a.packetTooBig():
		fates[int(a.question)] = refused
		s.hint = a.mtu
		s.limits[int(a.question)] = MTU{By: a.from}
	}
}

func someSilent(fates map[int]fate) bool {
	for _, f := range fates {
		if f == silent {
			return true
		}
	}
	return false
}
