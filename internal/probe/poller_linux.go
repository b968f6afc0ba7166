package probe

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A poller waits for any of many sockets with epoll(7), whose cost does not grow
// with the number of idle sockets.
type poller struct {
	fd     int
	err    error // why it can't be used
	events [128]unix.EpollEvent
}

func newPoller() *poller {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &poller{fd: fd, err: os.NewSyscallError("epoll_create1", err)}
}

func (p *poller) close() { unix.Close(p.fd) }

// add adds a socket, under a number that wait reports.
func (p *poller) add(fd, number int) error {
	if p.err != nil {
		return p.err
	}
	e := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(number)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &e))
}

// wait waits until sockets are readable, for d rounded up to milliseconds at most,
// and calls each with their numbers.
func (p *poller) wait(d time.Duration, each func(number int)) {
	ms := (max(0, d) + time.Millisecond - 1) / time.Millisecond
	n, _ := unix.EpollWait(p.fd, p.events[:], int(ms)) // on EINTR n is -1
	for _, e := range p.events[:max(0, n)] {
		each(int(e.Fd))
	}
}
