package examples

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

// The code under test: a TCP server that sends lines back.
func serveLines(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				fmt.Fprintln(conn, lines.Text())
			}
		}()
	}
}

// A server survives a cut link: a connection from before goes on when the link is
// fixed, and there can be new ones.
func TestServerSurvivesLinkCut(t *testing.T) {
	ctx := t.Context()
	lab := labtest.Start(t, topo.MustParse(`
nodes: {r: {kind: router}}
links: [[client, r], [r, server]]
`))
	ln, err := lab.Node("server").Listen(ctx, "tcp", ":7000")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go serveLines(ln)

	conn, err := lab.Node("client").Dial(ctx, "tcp", "server:7000")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say := func(conn net.Conn, line string) {
		t.Helper()
		if _, err := fmt.Fprintln(conn, line); err != nil {
			t.Fatal(err)
		}
	}
	expectRead := func(conn net.Conn, want string) {
		t.Helper()
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		var got string
		if _, err := fmt.Fscanln(conn, &got); err != nil || got != want {
			t.Fatalf("heard %q, %v, want %q", got, err, want)
		}
	}
	say(conn, "before")
	expectRead(conn, "before")

	lab.Link("r", "server").Down(ctx)
	say(conn, "during") // the kernel keeps it, and tries again and again
	soon, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if other, err := lab.Node("client").Dial(soon, "tcp", "server:7000"); err == nil {
		other.Close()
		t.Error("the link is cut, and the server can be reached")
	}

	lab.Link("r", "server").Up(ctx)
	expectRead(conn, "during")
	again, err := lab.Node("client").Dial(ctx, "tcp", "server:7000")
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	say(again, "after")
	expectRead(again, "after")
}
