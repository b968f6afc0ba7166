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

// Servers are the running servers of [Serve].
type Servers struct {
	running sync.WaitGroup

	mu     sync.Mutex // guards all below
	open   map[io.Closer]bool
	closed bool
}

// Serve opens listeners for all services and returns when they are bound. It
// returns one error for each service, nil for a bound one, [ErrPortInUse] if
// another listener has the port; the others run nevertheless. Close stops all.
func Serve(services []Service) (*Servers, []error) {
	s := &Servers{open: map[io.Closer]bool{}}
	names, bound := make([]string, len(services)), make([]serviceSockets, len(services))
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

// Close closes all listeners and connections and waits until their goroutines have
// ended.
func (s *Servers) Close() error {
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

// start starts a service on its bound sockets, which it takes over.
func (s *Servers) start(service Service, bound serviceSockets) error {
	listener, conn, err := bound.wrap()
	if err != nil {
		return err
	}
	switch service.Via {
	case TCP:
		s.run(listener, func() { s.accept(listener, echoBack) })
	case UDP:
		s.run(conn, func() { serveDatagrams(conn, func(m []byte) []byte { return m }) })
	case HTTP:
		server := s.web(cmp.Or(service.Text, service.Namespace))
		s.run(server, func() { _ = server.Serve(listener) })
	case DNS:
		names := newZone(service.Names)
		s.run(conn, func() { serveDatagrams(conn, func(m []byte) []byte { return names.answer(m, maxDatagramDNS) }) })
		s.run(listener, func() { s.accept(listener, func(c net.Conn) { names.serve(c) }) })
	}
	return nil
}

// run calls fn on a goroutine of its own and closes c when fn returns. Close makes
// fn return by closing c.
func (s *Servers) run(c io.Closer, fn func()) {
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
func (s *Servers) accept(l net.Listener, fn func(net.Conn)) {
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

// echoBack echoes received data until EOF.
func echoBack(c net.Conn) {
	// The structs hide ReadFrom: splice(2) would leave a pipe open in a pool.
	_, _ = io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
}

// acceptPause is the wait after accept has failed for lack of descriptors or
// memory.
const acceptPause = 10 * time.Millisecond

// web returns a server that responds to any request with a line. Close waits for
// its connections.
func (s *Servers) web(text string) *http.Server {
	return &http.Server{
		Handler:           textHandler(text),
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

// textHandler returns a handler that responds to any request with a line.
func textHandler(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, text+"\n")
	})
}
