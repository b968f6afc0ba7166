package cli

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

	"github.com/spf13/cobra"
)

// The exit codes of curl(1).
const (
	curlUnreachable = 7
	curlTimeout     = 28
)

// newCurl is curl(1) for lessons, which need no program of the machine.
func newCurl(p *program) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:    "curl URL",
		Short:  "curl(1) for machines without it",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE:   func(cmd *cobra.Command, args []string) error { return p.curl(cmd.Context(), args[0], timeout) },
	}
	cmd.Flags().BoolP("silent", "s", false, "accepted and ignored")
	cmd.Flags().VarP(newSeconds(&timeout, 10*time.Second), "max-time", "m", "give up after `SECONDS`")
	return cmd
}

func (p *program) curl(ctx context.Context, target string, timeout time.Duration) error {
	if !strings.Contains(target, "://") {
		target = "http://" + target
	}
	client := http.Client{Timeout: timeout, Transport: &http.Transport{}} // without HTTP_PROXY, which a node does not reach
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return exitError{exitUsage, err}
	}
	response, err := client.Do(request)
	if err != nil {
		return p.curlFailed(err)
	}
	defer response.Body.Close()
	_, err = io.Copy(p.out, response.Body)
	return err
}

// curlFailed prints the error and returns the exit code as curl(1) does.
func (p *program) curlFailed(err error) error {
	code, reason := curlUnreachable, err
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		reason = op.Err
	}
	if u := (*url.Error)(nil); errors.As(err, &u) && u.Timeout() {
		code, reason = curlTimeout, errors.New("no answer in time")
	}
	p.out.passStderr(fmt.Appendf(nil, "curl: (%d) %v\n", code, reason))
	return exitError{code: code}
}
