package probe

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"
)

// askHTTP asks whether a GET gets a response, of any status. It has no transport of
// net/http, which takes what is received before the request was sent for an error, and logs
// it.
func (c *caller) askHTTP(ctx context.Context, q Question, retryWaits []time.Duration) (reply, error) {
	return c.connected(ctx, q, retryWaits, func(ctx context.Context, l *connection, r *reply) error {
		request, err := requestOf(ctx, q, l)
		if err != nil {
			return err
		}
		start := time.Now()
		// A server may respond and close the connection before it has received the request.
		// If the request could not be sent for another reason, reading fails too.
		_ = request.Write(l)
		status, err := readResponse(l, request)
		if err != nil {
			return err
		}
		r.rtt += time.Since(start) // added to that of the handshake
		r.status = status
		return nil
	})
}

// The bounds of a response: the bytes of its header, and the interim responses (RFC 9110,
// section 15.2) before it.
const (
	maxHTTPHeader = 1 << 20
	maxInterim    = 5
)

// readResponse reads the header of the response and returns its status. The body is left: no
// redirects are followed. The error of text that is not HTTP is a [WrongAnswer] with the
// text.
func readResponse(r io.Reader, request *http.Request) (status int, err error) {
	var first firstBytes
	text := bufio.NewReader(io.TeeReader(io.LimitReader(r, maxHTTPHeader), &first))
	for range 1 + maxInterim {
		response, err := http.ReadResponse(text, request)
		if err != nil {
			return 0, responseError(first, err)
		}
		_ = response.Body.Close() // no answer to GET with these statuses has a body
		if response.StatusCode >= http.StatusOK || response.StatusCode == http.StatusSwitchingProtocols {
			return response.StatusCode, nil
		}
	}
	return 0, &WrongAnswer{fmt.Sprintf("more than %d interim HTTP responses", maxInterim)}
}

// responseError returns the error of a response of which these bytes were received first.
// Errors of the connection are returned as they are.
func responseError(first firstBytes, err error) error {
	network := net.Error(nil)
	path := (*fs.PathError)(nil)
	if errors.As(err, &network) || errors.As(err, &path) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	return &WrongAnswer{fmt.Sprintf("not HTTP (%q)", bytes.TrimSuffix(line, []byte("\r")))}
}

// firstBytes keeps the first bytes that are written to it.
type firstBytes []byte

// maxFirstBytes is enough to tell a protocol.
const maxFirstBytes = 60

// Write implements [io.Writer].
func (f *firstBytes) Write(p []byte) (int, error) {
	*f = append(*f, p[:min(len(p), maxFirstBytes-len(*f))]...)
	return len(p), nil
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
