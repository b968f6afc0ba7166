package kernel

import (
	"errors"

	"golang.org/x/sys/unix"
)

// errInterrupted is the error of a dump during which something changed, so that it may
// be incomplete.
var errInterrupted = errors.New("netlink: dump interrupted")

// dumpTries bounds how often an interrupted dump is started again.
const dumpTries = 20

// dump requests all objects of a type; request writes the fixed part and the
// attributes. If something changes meanwhile it starts again: begin must reset what fn
// has collected.
func (c *conn) dump(typ uint16, request func(*batch), begin func(), fn func(body []byte)) error {
	return c.dumpUntil(typ, request, begin, func(body []byte) bool {
		fn(body)
		return true
	})
}

// errEnough ends a dump of which the rest is not needed.
var errEnough = errors.New("netlink: the rest is not needed")

// dumpUntil is dump until fn returns false.
func (c *conn) dumpUntil(typ uint16, request func(*batch), begin func(), fn func(body []byte) bool) error {
	var err error
	for range c.foreign.tries() {
		begin()
		c.foreign.begin(typ)
		err = c.dumpOnce(typ, request, fn)
		switch {
		case errors.Is(err, errTruncated):
			if err := c.reopen(); err != nil {
				return err
			}
		case errors.Is(err, errEnough):
			return c.reopen()
		case errors.Is(err, errLimit):
			if err := c.reopen(); err != nil {
				return err
			}
			return err
		case !errors.Is(err, errInterrupted):
			return err
		}
	}
	return err
}

func (c *conn) dumpOnce(typ uint16, request func(*batch), fn func(body []byte) bool) error {
	var b batch
	b.message(typ, unix.NLM_F_DUMP, func() { request(&b) })
	c.seq++
	native.PutUint32(b.buf[8:], c.seq)
	if err := c.send(b.buf); err != nil {
		return err
	}
	var failed error
	for done := false; !done; {
		err := c.receive(func(h header, body []byte) {
			if h.seq != c.seq {
				return // of an earlier dump that was interrupted
			}
			if h.flags&unix.NLM_F_DUMP_INTR != 0 {
				failed = errInterrupted
			}
			if h.typ != unix.NLMSG_DONE && h.typ != unix.NLMSG_ERROR {
				switch {
				case done: // enough, or too much
				case !c.foreign.take(len(body)):
					done, failed = true, errLimit
				case !fn(body):
					done, failed = true, errEnough
				}
				return
			}
			done = true // the body of NLMSG_DONE begins with the error, if any
			if r := parseRefusal(body); r != nil && failed == nil {
				failed = r
			}
		})
		if err != nil {
			return err
		}
	}
	return failed
}
