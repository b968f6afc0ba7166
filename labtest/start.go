package labtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a running lab of one test. Besides what [vethlab.Lab] offers it has
// methods that end the test where the lab can't do what is asked, so that there is
// no error to be looked at. As [testing.T.FailNow] they are for the goroutine that
// runs the test.
type Lab struct {
	*vethlab.Lab
	tb testing.TB

	mu     sync.Mutex
	events []event
	report *vethlab.Report // of the last Verify
}

// Start makes a lab for a test and returns when all its links work. When the test
// is over the lab is removed, with all processes in it.
//
// A test can have several labs, and tests with labs can be parallel: each lab has
// a name of its own, made from the test's, whatever t is called, and its
// namespaces are called by that. What is in the lab depends on t alone: names of
// nodes, addresses, MACs. Labs with a link to [topo.HostNode] share the machine
// that the test program runs on, and wait for each other where their subnets
// there overlap.
//
// If the test fails, what there was is logged and kept, see the package's
// comment. Where there can be no labs the test is skipped, and fails if
// VETHLAB_REQUIRE is set.
func Start(tb testing.TB, t *topo.Topology) *Lab {
	tb.Helper()
	needGround(tb)
	return start(tb, t, tb.Cleanup)
}

// start makes a lab and has cleanup call what removes it.
func start(tb testing.TB, t *topo.Topology, cleanup func(func())) *Lab {
	tb.Helper()
	if t.Name == "" {
		named := *t
		named.Name = "lab"
		t = &named
	}
	name := names.claim(tb.Name())
	lab, err := vethlab.NewAs(name, t)
	if err == nil {
		err = host.claim(name, claimed(tb.Name(), lab))
	}
	if err != nil {
		names.release(name)
		tb.Fatal(err)
	}
	l := &Lab{Lab: lab, tb: tb}
	lab.Notify(l.note)
	cleanup(func() {
		tb.Helper()
		l.end()
		host.release(name)
		names.release(name)
	})
	if _, err := lab.Up(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return l
}

// endTime bounds how long the removal of a lab may take.
const endTime = 30 * time.Second

// end removes the lab after its test. Where others may wait for what it has of the
// host, it waits until that is free.
func (l *Lab) end() {
	l.tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.tb.Context()), endTime)
	defer cancel()
	if l.tb.Failed() && l.isThere() {
		l.keep(ctx)
	}
	remove := l.Drop
	if host.has(l.Name()) {
		remove = l.Down
	}
	if err := remove(ctx); err != nil {
		l.tb.Errorf("removing the lab: %v", err)
	}
}

// isThere reports whether the test has not taken the lab down itself.
func (l *Lab) isThere() bool {
	nodes, err := l.Nodes()
	return err != nil || len(nodes) > 0
}
