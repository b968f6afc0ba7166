package applet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The exit codes of curl(1).
const (
	curlNotHTTP     = 1
	curlMalformed   = 3
	curlUnreachable = 7
	curlTimeout     = 28
	curlNotTLS      = 35
	curlEmpty       = 52
	curlUntrusted   = 60
)

// Curl writes the answer of a web server, as curl(1) does.
func Curl(ctx context.Context, target string, timeout time.Duration, s IO) error {
	if !strings.Contains(target, "://") {
		target = "http://" + target
	}
	client := http.Client{Timeout: timeout, Transport: &http.Transport{}} // without HTTP_PROXY, which a node does not reach
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return &ExitError{curlMalformed, err}
	}
	if scheme := request.URL.Scheme; scheme != "http" && scheme != "https" {
		s.fail("curl", fmt.Errorf("(%d) unknown protocol %q (want http, https)", curlNotHTTP, scheme))
		return &ExitError{Code: curlNotHTTP}
	}
	response, err := client.Do(request)
	if err != nil {
		code, reason := curlFailure(err)
		s.fail("curl", fmt.Errorf("(%d) %w", code, reason))
		return &ExitError{Code: code}
	}
	defer response.Body.Close()
	_, err = io.Copy(s.Out, response.Body)
	return err
}

// curlFailure returns the exit code of an error, and the error in fewer words. No words of
// net/http and crypto/tls are left.
func curlFailure(err error) (code int, reason error) {
	var (
		op        *net.OpError
		u         *url.Error
		notTLS    tls.RecordHeaderError
		untrusted *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &u) && u.Timeout():
		return curlTimeout, errors.New("no answer in time")
	case errors.As(err, &notTLS), errors.Is(err, http.ErrSchemeMismatch):
		return curlNotTLS, errors.New("the server does not answer by TLS")
	case errors.As(err, &untrusted):
		return curlUntrusted, fmt.Errorf("the server's certificate is not trusted: %s", strings.TrimPrefix(untrusted.Err.Error(), "x509: "))
	case errors.As(err, &op):
		return curlUnreachable, op.Err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return curlEmpty, errors.New("the server closed the connection without an answer")
	case errors.Is(err, context.Canceled):
		return curlUnreachable, context.Canceled
	}
	return curlNotHTTP, errors.New("the answer is not HTTP, or came before the request")
}
