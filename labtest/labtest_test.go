package labtest_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestPair(t *testing.T) {
	lab := labtest.Start(t, topo.MustParse(`links: [[a, r], [r, b]]
nodes: {r: {kind: router}}`))
	ctx := t.Context()
	ln, err := lab.Node("b").Listen(ctx, "tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	go http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello "+r.RemoteAddr) }))
	conn, err := lab.Node("a").Dial(ctx, "tcp", "b:80")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	resp, err := lab.Node("a").HTTPClient().Get("http://b/")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	t.Logf("%s", b)
	out, err := lab.Node("b").Command(ctx, "ip", "addr").CombinedOutput()
	t.Logf("%s %v", out, err)
	lab.Link("a", "r").Down(ctx)
	if r := lab.Verify(ctx); !r.OK() {
		t.Log(r)
	}
	lab.Link("a", "r").Up(ctx)
	if r := lab.Verify(ctx); !r.OK() {
		t.Error(r)
	}
	var n struct{ A, R, B *vethlab.Node }
	lab.Fill(&n)
	t.Log(n.A.Name(), n.B.Name())
	addrs, err := n.A.Resolver().LookupHost(ctx, "b")
	t.Log(addrs, err)
	n.A.Do(func() error { go func() { <-ctx.Done() }(); return nil })
	t.Fail()
}
