package probe

import (
	"cmp"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Serving is what [Serve] runs.
type Serving struct {
	running sync.WaitGroup

	mu     sync.Mutex // guards all below
	open   map[io.Closer]bool
	closed bool
}

// Serve opens listeners for all services and returns when they are bound. The
// errors are one for each service, nil where it is served; it is [ErrServed]
// where somebody listens on the port already, which leaves the others as they
// are. Close ends it all.
func Serve(services []Service) (*Serving, []error) {
	s := &Serving{open: map[io.Closer]bool{}}
	names, bound := make([]string, len(services)), make([]ears, len(services))
	for i, service := range services {
		names[i] = service.Namespace
	}
	errs := inside(names, func(i int) (err error) {
		bound[i], err = listen(services[i])
		return err
	})
	for i, service := range services {
		if errs[i] == nil {
			errs[i] = s.start(service, bound[i])
		}
	}
	return s, errs
}

// Close closes all listeners and connections and waits until nobody uses them.
func (s *Serving) Close() error {
	s.mu.Lock()
	s.closed = true
	var err error
	for c := range s.open {
		err = errors.Join(err, c.Close())
	}
	clear(s.open)
	s.mu.Unlock()
	s.running.Wait()
	return err
}

// start serves with the sockets that are bound, which it takes over.
func (s *Serving) start(service Service, bound ears) error {
	listener, conn, err := bound.take()
	if err != nil {
		return err
	}
	switch service.Via {
	case TCP:
		s.run(listener, func() { s.accept(listener, repeat) })
	case UDP:
		s.run(conn, func() { answerEach(conn, func(m []byte) []byte { return m }) })
	case HTTP:
		server := s.web(cmp.Or(service.Text, service.Namespace))
		s.run(server, func() { _ = server.Serve(listener) })
	case DNS:
		names := newZone(service.Names)
		s.run(conn, func() { answerEach(conn, func(m []byte) []byte { return names.answer(m, maxDatagramDNS) }) })
		s.run(listener, func() { s.accept(listener, func(c net.Conn) { names.serve(c) }) })
	}
	return nil
}

// run calls fn on a goroutine of its own and closes c when it returns, or to
// make it return.
func (s *Serving) run(c io.Closer, fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.Close()
		return
	}
	s.open[c] = true
	s.running.Go(func() {
		fn()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[c] {
			delete(s.open, c)
			c.Close()
		}
	})
}

// accept serves each connection on a goroutine of its own.
func (s *Serving) accept(l net.Listener, fn func(net.Conn)) {
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			s.run(c, func() { fn(c) })
		case errors.Is(err, net.ErrClosed):
			return
		default:
			time.Sleep(acceptPause)
		}
	}
}

// repeat sends back what comes, until the end of it.
func repeat(c net.Conn) {
	// Only as reader and writer: splicing would need a pipe, which is kept.
	_, _ = io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
}

// acceptPause is the wait after a connection could not be accepted, for want
// of descriptors or memory.
const acceptPause = 10 * time.Millisecond

// web returns a server that responds to any request with a line. Its
// connections are waited for.
func (s *Serving) web(text string) *http.Server {
	return &http.Server{
		Handler:           saying(text),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				s.running.Add(1)
			case http.StateClosed, http.StateHijacked:
				s.running.Done()
			}
		},
	}
}

// saying responds to any request with a line.
func saying(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, text+"\n")
	})
}
