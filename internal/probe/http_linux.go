package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// askHTTP asks whether a GET gets a response, of any status.
func (c *caller) askHTTP(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	return c.connected(ctx, q, retryWaits, func(ctx context.Context, l *connection, r *reply) error {
		request, err := requestOf(ctx, q, l)
		if err != nil {
			return err
		}
		conn, err := net.FileConn(l.File)
		if err != nil {
			return err
		}
		defer conn.Close()
		transport := http.Transport{
			DisableKeepAlives: true,
			DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
		}
		defer transport.CloseIdleConnections()
		start := time.Now()
		response, err := transport.RoundTrip(request) // no redirects: this response is the answer
		if err != nil {
			return httpError(ctx, err)
		}
		r.rtt += time.Since(start) // added to that of the handshake
		r.status = response.StatusCode
		return response.Body.Close()
	})
}

// httpError returns the error of a round trip: the cause of the end of ctx, the error of
// the socket or, if it is neither, the parser's, whose text has been received.
func httpError(ctx context.Context, err error) error {
	network := net.Error(nil)
	switch cause := context.Cause(ctx); {
	case cause != nil && errors.Is(err, cause):
		return cause
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.Canceled):
		return err
	}
	return &WrongAnswer{fmt.Sprintf("not HTTP (%v)", err)}
}

func requestOf(ctx context.Context, q Question, l *connection) (*http.Request, error) {
	path := cmp.Or(q.Path, "/")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.to.String()+path, nil)
	if err == nil && q.Host != "" {
		r.Host = q.Host
	}
	return r, err
}
