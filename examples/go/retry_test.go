package examples

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// The code under test: it gets a page, and tries again where that fails, at longer
// and longer intervals, until ctx ends. Each failure is reported.
func getPatiently(ctx context.Context, client *http.Client, url string, failed func(error)) (string, error) {
	for pause := 20 * time.Millisecond; ; pause *= 2 {
		body, err := get(ctx, client, url)
		if err == nil {
			return body, nil
		}
		failed(err)
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(pause):
		}
	}
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the server says %s", resp.Status)
	}
	return string(body), err
}

// A client tries again while the server is away: first there is no way to it, then
// nothing listens, then it is not ready.
func TestRetry(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	lab := labtest.Start(t, topo.MustParse(`links: [[client, server]]`))
	ready := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-ready:
			fmt.Fprint(w, "welcome")
		default:
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}
	})}
	defer server.Close()
	steps := []func(){
		func() { lab.Link("client", "server").Up(ctx) },
		func() {
			ln, err := lab.Node("server").Listen(ctx, "tcp", ":80")
			if err != nil {
				t.Error(err)
				return
			}
			go server.Serve(ln)
		},
		func() { close(ready) },
	}

	lab.Link("client", "server").Down(ctx)
	body, err := getPatiently(ctx, lab.Node("client").HTTPClient(), "http://server/", func(err error) {
		t.Log(err)
		if len(steps) > 0 {
			steps[0]()
			steps = steps[1:]
		}
	})
	if err != nil || body != "welcome" {
		t.Errorf("got %q, %v", body, err)
	}
	if len(steps) > 0 {
		t.Errorf("it did not fail %d times", len(steps))
	}
}
