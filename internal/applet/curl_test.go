//go:build linux

package applet

import (
	"io"
	"log"
	"net"
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
	secure := httptest.NewTLSServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer secure.Close()
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
		{raw(t, "220 mail ESMTP\r\n"), curlNotHTTP, "", "curl: (1) the answer is not HTTP, or came before the request\n"},
		{raw(t, ""), curlEmpty, "", "curl: (52) the server closed the connection without an answer\n"},
		{strings.Replace(server.URL, "http:", "https:", 1), curlNotTLS, "", "curl: (35) the server does not answer by TLS\n"},
		{secure.URL, curlUntrusted, "", "curl: (60) the server's certificate is not trusted: certificate signed by unknown authority\n"},
		{"gopher://a", curlNotHTTP, "", "curl: (1) unknown protocol \"gopher\" (want http, https)\n"},
		{"http://[", curlMalformed, "", ""},
	} {
		var r recorder
		limit := 20 * time.Second // a TLS handshake takes a second on an emulated processor
		if c.code == curlTimeout {
			limit = 300 * time.Millisecond
		}
		err := Curl(t.Context(), c.url, limit, r.io(""))
		if got := exitCode(err); got != c.code || r.out.String() != c.out || r.err.String() != c.err {
			t.Errorf("curl %s: got %d, %q, %q (%v)", c.url, got, r.out.String(), r.err.String(), err)
		}
	}
}

// raw returns the URL of a server that answers any request with a text.
func raw(t *testing.T, text string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, text)
			conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}
