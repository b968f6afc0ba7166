package hostmap

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// listen accepts connections on a socket and calls serve for each.
func listen(t *testing.T, file string, serve func(net.Conn)) {
	t.Helper()
	l, err := net.Listen("unix", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 4096))
				serve(conn)
			}()
		}
	}()
}

// A daemon that never answers, or never stops answering, is given up after queryTime
// and without holding much memory.
func TestSockets(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
	for name, serve := range map[string]func(net.Conn){
		"silent":          func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) },
		"endless headers": func(c net.Conn) { endless(c, "HTTP/1.1 200 OK\r\n", "X-A: "+strings.Repeat("a", 1000)+"\r\n") },
		"endless string":  func(c net.Conn) { endless(c, ok+`[{"ID":"`, strings.Repeat("a", 1<<16)) },
		"endless list":    func(c net.Conn) { endless(c, ok+"[{}", strings.Repeat(`,{"ID":"`+idA+`"}`, 1000)) },
		"endless blanks":  func(c net.Conn) { endless(c, ok, strings.Repeat(" ", 1<<16)) },
		"redirect": func(c net.Conn) {
			endless(c, "HTTP/1.1 302 Found\r\nLocation: http://engine/x\r\nContent-Length: 0\r\n\r\n", "")
		},
		"no HTTP": func(c net.Conn) { endless(c, "\x00", "\xff") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			listen(t, dir+"/s", serve)
			e := &evidence{files: newTree("/"), processes: []Process{run(7, 1, "dockerd -H=unix://"+dir+"/s")}}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			queryEngines(t.Context(), e, nil)
			runtime.ReadMemStats(&after)
			if took := time.Since(begun); took > queryTime+2*time.Second {
				t.Errorf("querying the daemon took %v", took)
			}
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 256<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			begun = time.Now()
			if queryEngines(ctx, e, nil); time.Since(begun) > time.Second {
				t.Error("queryEngines does not return when its context ends")
			}
		})
	}
}

func endless(c net.Conn, head, block string) {
	_, err := c.Write([]byte(head))
	for err == nil && block != "" {
		_, err = c.Write([]byte(block))
	}
}

// If another user names a socket on which root listens, root does not query it.
func TestSocketNamedByAnotherUser(t *testing.T) {
	dir := t.TempDir()
	connected := make(chan bool, 1)
	listen(t, dir+"/s", func(c net.Conn) { connected <- true })
	s := socket{origin: origin{by: "user 1001"}, engine: "docker", path: dir + "/s", files: newTree("/")}
	if _, _, err := s.dial(t.Context()); !errors.Is(err, errOtherListener) {
		t.Errorf("dial: %v, want %v", err, errOtherListener)
	}
}
