package applet

import (
	"context"
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
	curlMalformed   = 3
	curlUnreachable = 7
	curlTimeout     = 28
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

// curlFailure returns the exit code of an error, and the error in fewer words.
func curlFailure(err error) (code int, reason error) {
	code, reason = curlUnreachable, err
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		reason = op.Err
	}
	if u := (*url.Error)(nil); errors.As(err, &u) && u.Timeout() {
		code, reason = curlTimeout, errors.New("no answer in time")
	}
	return code, reason
}
