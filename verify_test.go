//go:build linux

package vethlab_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/netns/netnstest"
	"github.com/vethlab/vethlab/topo"
)

// one returns a test of one pair.
func one(from, to string) topo.Test { return topo.Test{From: []string{from}, To: []string{to}} }

// mustNode returns a node of a running lab.
func mustNode(t *testing.T, lab *vethlab.Lab, name string) *vethlab.Node {
	t.Helper()
	n, err := lab.Node(name)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// inNode runs a command of iproute2 in a node.
func inNode(t *testing.T, lab *vethlab.Lab, name string, argv ...string) {
	t.Helper()
	if _, err := exec.LookPath(argv[0]); err != nil {
		t.Skip(err)
	}
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	if err := mustNode(t, lab, name).Run(cmd); err != nil {
		t.Fatal(err)
	}
}

// Verify runs given tests instead of the lab's own, on labs with and without
// description.
func TestVerifyGivenTests(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: given\nlinks: [[a, b]]\ntests: [{from: a, to: 192.0.2.1}]")
	up(t, lab)
	defer down(t, lab)
	found, err := vethlab.Find("given")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*vethlab.Lab{lab, found} {
		r := l.Verify(t.Context(), one("a", "b"), topo.Test{Matrix: true}, topo.Test{Run: []string{"true"}, On: []string{topo.AllNodes}})
		if !r.OK() || len(r.Results) != 3 {
			t.Errorf("\n%v", r)
		}
		r = l.Verify(t.Context(), topo.Test{From: []string{"a"}, To: []string{"b"}, Expect: topo.Unreachable})
		if r.OK() || r.Failed() != 1 || r.Err != nil {
			t.Errorf("\n%v", r)
		}
		r = l.Verify(t.Context(), one("a", "c"))
		var mistakes topo.Errors
		if r.OK() || !errors.As(r.Err, &mistakes) || !strings.Contains(r.String(), `lab given could not be tested: `) {
			t.Errorf("a test of an unknown node: %v", r)
		}
	}
	if r := lab.Verify(t.Context()); r.OK() {
		t.Errorf("the lab's own test passes:\n%v", r)
	}
}

func TestVerifyStoppedLab(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: off\nlinks: [[a, b], [b, c]]")
	r := lab.Verify(t.Context())
	if r.OK() || !errors.Is(r.Err, vethlab.ErrNotRunning) || len(r.Results) != 0 {
		t.Errorf("a lab that is off: %v", r)
	}
	up(t, parse(t, "name: off\nlinks: [[a, b]]"))
	defer down(t, lab)
	// A test of an unknown node fails, whatever it expects.
	for _, expect := range []topo.Expect{topo.Reachable, topo.Unreachable} {
		for _, pair := range [][2]string{{"c", "a"}, {"a", "c"}} {
			test := one(pair[0], pair[1])
			test.Expect = expect
			r := lab.Verify(t.Context(), test)
			if r.OK() || !strings.Contains(r.String(), "found nothing: c is not running") {
				t.Errorf("from %s to %s, expected %s: %v", pair[0], pair[1], expect, r)
			}
		}
	}
}

func TestVerifyCancelled(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: ends\nlinks: [[a, b], [b, c]]\nrouting: none\ntests: [{from: a, to: c, retry_for: 1h}, {run: sleep 1000, on: a, timeout: 1h}]")
	up(t, lab)
	defer down(t, lab)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if r := lab.Verify(ctx); r.OK() || !errors.Is(r.Err, context.DeadlineExceeded) {
		t.Errorf("ended by its context: %v", r)
	}
}

// A reject by a router counts as unreachable and refused; a reject by the target counts
// as reached.
func TestRejectedOnTheWay(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	// A router sends one host few errors a second, so each protocol has its host. With
	// an icmp_ratelimit of 0, Linux 5.10 sends fewer still.
	lab := parse(t, `
name: rejected
addressing: {ipv6: none}
nodes: {r: {kind: router, sysctls: {net.ipv4.icmp_ratemask: 0}}}
links: [[b, r, {subnet: 10.9.0.0/30}], [icmp, r], [tcp, r], [udp, r]]`)
	up(t, lab)
	defer down(t, lab)
	inNode(t, lab, "r", "ip", "route", "add", "prohibit", "10.9.0.1")
	var tests []topo.Test
	for _, via := range []topo.Via{{Protocol: topo.ICMP}, {Protocol: topo.TCP, Port: 80}, {Protocol: topo.UDP, Port: 80}} {
		for _, expect := range []topo.Expect{topo.Unreachable, topo.Refused, topo.Reachable} {
			test := one(string(via.Protocol), "b")
			test.Via, test.Expect = via, expect
			tests = append(tests, test)
		}
	}
	r := lab.Verify(t.Context(), tests...)
	for i, result := range r.Results {
		if want := tests[i].Expect != topo.Reachable; result.OK != want {
			t.Errorf("%s, expected %s: %s", result.Subject, tests[i].Expect, result.Found)
		}
		if tests[i].Expect == topo.Reachable && !strings.HasSuffix(result.Found, " says: prohibited by a filter") {
			t.Errorf("%s: %s", result.Subject, result.Found)
		}
	}
}

// listen opens a socket in a node, to be closed before the lab goes down.
func listen(t *testing.T, lab *vethlab.Lab, node, address string) net.Listener {
	t.Helper()
	var l net.Listener
	err := mustNode(t, lab, node).Do(func() (err error) {
		l, err = net.Listen("tcp", address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// vethlab does not listen on a port with a listener, and an HTTP error status is an
// error.
func TestVerifyExistingListener(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: served\naddressing: {ipv6: none}\nlinks: [[a, b]]")
	up(t, lab)
	defer down(t, lab)
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) })
	mux.HandleFunc("/sick", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	server := &http.Server{Handler: mux}
	go server.Serve(listen(t, lab, "b", ":80"))
	defer server.Close()
	page := func(path string) topo.Test {
		test := one("a", "b")
		test.Via = topo.Via{Protocol: topo.HTTP, Path: path}
		return test
	}
	r := lab.Verify(t.Context(), page("/health"), page("/sick"), page("/gone"))
	var found []string
	for _, result := range r.Results {
		if len(result.Serving) > 0 {
			t.Errorf("%s: vethlab listened at %v", result.Subject, result.Serving)
		}
		found = append(found, measured.ReplaceAllString(result.Found, "#"))
	}
	want := []string{
		"reachable (#)",
		"expected reachable, found an error at 10.0.0.2: HTTP status 503",
		"expected reachable, found an error at 10.0.0.2: HTTP status 404",
	}
	if !slices.Equal(found, want) {
		t.Errorf("got %q\nwant %q", found, want)
	}
}

// A program that listens on UDP may not answer vethlab's probes.
func TestVerifySilentListener(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: silent\naddressing: {ipv6: none}\nlinks: [[a, b]]\ntests: [{from: a, to: b, via: udp/53, timeout: 200ms}]")
	up(t, lab)
	defer down(t, lab)
	var conn net.PacketConn
	err := mustNode(t, lab, "b").Do(func() (err error) {
		conn, err = net.ListenPacket("udp", ":53")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const want = "; a program listens there that does not answer what vethlab sends"
	if r := lab.Verify(t.Context()); r.OK() || !strings.HasSuffix(r.Results[0].Found, want) {
		t.Errorf("\n%v", r)
	}
}

// A test that fails is tried again until it holds.
func TestRetryFor(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	lab := parse(t, "name: retry\naddressing: {ipv6: none}\nlinks: [[a, b]]\ntests: [{from: a, to: b, via: tcp/80, serve: false, retry_for: 1m}, {from: b, to: a}]")
	up(t, lab)
	defer down(t, lab)
	result := make(chan *vethlab.Report)
	go func() { result <- lab.Verify(t.Context()) }()
	time.Sleep(300 * time.Millisecond) // so that it fails at first
	defer listen(t, lab, "b", ":80").Close()
	r := <-result
	if !r.OK() || r.Results[0].Tries < 2 || r.Results[1].Tries != 1 {
		t.Errorf("\n%v", r)
	}
	if want := " tries"; !strings.Contains(r.String(), want) {
		t.Errorf("%q is not in\n%v", want, r)
	}
}

func TestReportAsJSON(t *testing.T) {
	r := &vethlab.Report{Lab: "lab", Results: []vethlab.TestResult{{Subject: "a → b", OK: true, Tries: 1}}, Err: errors.New("interrupted")}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"ok":false,"failed":0,"lab":"lab","results":[{"subject":"a → b","wants":"","ok":true,"found":"",` +
		`"pairs":0,"failed":0,"tries":1,"took":0}],"took":0,"error":"interrupted"}`
	if string(b) != want {
		t.Errorf("got %s\nwant %s", b, want)
	}
}

func TestReportAsText(t *testing.T) {
	many := vethlab.TestResult{Name: "many fail", Subject: "all → all", Found: "expected reachable, found unreachable in 13 of 20 pairs", Pairs: 20, Failed: 13}
	for range 13 {
		many.Failures = append(many.Failures, vethlab.Failure{From: "a", To: "b", Key: "expect", Want: "reachable", Found: "unreachable", Why: "no answer in 1 s"})
	}
	long := vethlab.TestResult{Subject: strings.Repeat("x", 60), OK: true, Found: "reachable"}
	command := vethlab.TestResult{
		Subject: "a: false", Found: "expected exit code 0, found exit code 1", Pairs: 1, Failed: 1,
		Failures: []vethlab.Failure{{From: "a", Key: "exit", Want: "exit code 0", Found: "exit code 1", Output: "out\nerr"}},
	}
	good := vethlab.TestResult{Subject: "abc → d", OK: true, Found: "reachable"}
	other := vethlab.TestResult{Subject: "a → d", OK: true, Found: "reachable"}
	r := &vethlab.Report{Lab: "lab", Results: []vethlab.TestResult{good, other, many, long, command}, Took: time.Second}
	golden.Compare(t, "testdata/report.golden", r.String()+"\n")
	painted := r.Text(vethlab.TextOptions{Paint: func(good bool, word string) string {
		return map[bool]string{true: "+", false: "-"}[good] + word
	}})
	if !strings.HasPrefix(painted, "+ok    abc → d") || !strings.Contains(painted, "\n-FAIL  many fail") {
		t.Errorf("painted:\n%s", painted)
	}
	r.Err = context.Canceled
	if want := "5 tests, not to the end, in 1 s: context canceled"; r.Summary() != want || r.OK() {
		t.Errorf("got %s, want %s", r.Summary(), want)
	}
}

func BenchmarkVerifyAllPairs(b *testing.B) {
	netnstest.Need(b)
	for _, size := range []int{10, 100, 300} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			t := star(size + 1)
			t.Name = fmt.Sprintf("vtest-%d-verify", os.Getpid())
			t.Addressing.IPv6.None = true
			lab := newLab(b, t)
			bring(b, lab)
			defer down(b, lab)
			for b.Loop() {
				if r := lab.Verify(b.Context(), topo.Test{Matrix: true}); !r.OK() {
					b.Fatal(r)
				}
			}
		})
	}
}
