package labs

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

func TestMain(m *testing.M) { labtest.Main(m) }

var pair = topo.MustParse("links: [[a, b]]")

// onDemand skips a test that fails or hangs, unless the variable DO names it.
func onDemand(t *testing.T) {
	t.Helper()
	if os.Getenv("DO") != t.Name() {
		t.Skip("only on demand")
	}
}

func TestPure(t *testing.T) {
	if Sign(-7) != -1 {
		t.Error("-7 is not negative")
	}
}

func TestLab(t *testing.T) {
	lab := labtest.Start(t, pair)
	t.Logf("PID %d, user %d", os.Getpid(), os.Getuid())
	sendHello(t, lab)
	if Sign(7) != 1 {
		t.Error("7 is not positive")
	}
}

func TestSubtests(t *testing.T) {
	for _, name := range []string{"x", "y", "z"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sendHello(t, labtest.Start(t, pair))
		})
	}
}

// sendHello sends a text from node a to node b by TCP.
func sendHello(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	ln, err := lab.Node("b").Listen(t.Context(), "tcp", ":80")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := lab.Node("a").Dial(t.Context(), "tcp", "b:80")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "hello")
	conn.Close()
	in, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got, err := io.ReadAll(in); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFails(t *testing.T) {
	onDemand(t)
	lab := labtest.Start(t, pair)
	lab.Link("a", "b").Down(t.Context())
	lab.Node("a").Do(func() error {
		go time.Sleep(time.Minute)
		return nil
	})
	t.Error("this test fails")
}

func TestPanics(t *testing.T) {
	onDemand(t)
	occupy(t)
	panic("boom")
}

func TestExits(t *testing.T) {
	onDemand(t)
	occupy(t)
	os.Exit(7)
}

func TestHangs(t *testing.T) {
	onDemand(t)
	occupy(t)
	fmt.Println("hanging")
	select {}
}

// occupy makes a lab and leaves processes behind, in it and not.
func occupy(t *testing.T) {
	t.Helper()
	lab := labtest.Start(t, pair)
	mark := os.Getenv("MARK")
	if err := lab.Node("a").Command(context.Background(), "sleep", mark).Start(); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("sh", "-c", "setsid sleep "+mark+" >/dev/null 2>&1 &").Run(); err != nil {
		t.Fatal(err)
	}
}

func TestNoNode(t *testing.T) {
	onDemand(t)
	labtest.Start(t, pair).Node("c")
}

func TestMistake(t *testing.T) {
	onDemand(t)
	labtest.Start(t, &topo.Topology{Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a"}, {Node: "a"}}}}})
}

func TestNeeds(t *testing.T) {
	labtest.Need(t, "veth", "bridge")
	name := os.Getenv("NEED")
	t.Run(name, func(t *testing.T) {
		onDemand(t)
		labtest.Need(t, name)
	})
}

// TestHelper is a program that a test starts from this very binary.
func TestHelper(t *testing.T) {
	if os.Getenv("HELPER") != "" {
		links, err := os.ReadFile("/proc/thread-self/net/dev")
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s", links)
		return
	}
	cmd := labtest.Start(t, pair).Node("a").Command(t.Context(), os.Args[0], "-test.run=^TestHelper$", "-test.v")
	cmd.Env = append(cmd.Environ(), "HELPER=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkLab(b *testing.B) {
	lab := labtest.Start(b, pair)
	for b.Loop() {
		if lab.Node("a").Name() != "a" {
			b.Fatal("a is not a")
		}
	}
}

func FuzzLab(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) {
		labtest.Start(t, pair).Node("a")
		Sign(n)
	})
}
