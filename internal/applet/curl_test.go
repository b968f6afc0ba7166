//go:build linux

package applet

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCurl(t *testing.T) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-hold
		}
		_, _ = w.Write([]byte("\x1b[1mhello " + r.URL.Path))
	}))
	defer server.Close()
	defer close(hold)
	closed := httptest.NewServer(nil)
	closed.Close()
	t.Setenv("http_proxy", closed.URL) // not used
	for _, c := range []struct {
		url      string
		code     int
		out, err string
	}{
		{server.URL + "/a", 0, "\x1b[1mhello /a", ""},
		{strings.TrimPrefix(server.URL, "http://"), 0, "\x1b[1mhello /", ""},
		{closed.URL, curlUnreachable, "", "curl: (7) connect: connection refused\n"},
		{server.URL + "/slow", curlTimeout, "", "curl: (28) no answer in time\n"},
		{"http://[", curlMalformed, "", ""},
	} {
		var r recorder
		err := Curl(t.Context(), c.url, 300*time.Millisecond, r.io(""))
		if got := exitCode(err); got != c.code || r.out.String() != c.out || r.err.String() != c.err {
			t.Errorf("curl %s: got %d, %q, %q (%v)", c.url, got, r.out.String(), r.err.String(), err)
		}
	}
}
