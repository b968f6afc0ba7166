package labtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// A Lab is a running lab of one test. Its own methods end the test on an error, so
// they return none. Like [testing.T.FailNow] they must be called from the goroutine
// that runs the test.
type Lab struct {
	*vethlab.Lab
	tb testing.TB

	mu     sync.Mutex
	events []event
	report *vethlab.Report // of the last Verify
}

// Start makes a lab for a test and returns when all its links are up. When the test
// ends the lab is removed, with all processes in it.
//
// A test can have several labs, and tests with labs can be parallel: each lab, and so
// its namespaces, has a unique name made from the test's, not t's. Node names,
// addresses and MACs depend on t alone. Labs with a link to [topo.HostNode] share the
// host namespace, and wait for each other if their subnets or links there overlap.
//
// If the test fails, the lab logs its state and writes it to files, see the package's comment. If
// labs can't be made the test is skipped, or fails if VETHLAB_REQUIRE or CI is set.
func Start(tb testing.TB, t *topo.Topology) *Lab {
	tb.Helper()
	needLabs(tb)
	if t.Name == "" {
		named := *t
		named.Name = "lab"
		t = &named
	}
	return start(tb, t.CheckAs, tb.Cleanup)
}

// StartChecked is [Start] for a description that is checked already, such as that of a file:
//
//	labtest.StartChecked(t, topo.ParseChecked("lab.yaml", "lab.yaml", data))
//
// If it has mistakes, the test fails with all of them. Several labs can be made of one check.
func StartChecked(tb testing.TB, c *topo.Checked) *Lab {
	tb.Helper()
	needLabs(tb)
	return start(tb, c.As, tb.Cleanup)
}

// start makes a lab of a description, which check returns for its name, and passes the
// function that removes it to cleanup.
func start(tb testing.TB, check func(name string) *topo.Checked, cleanup func(func())) *Lab {
	tb.Helper()
	name := names.claim(tb.Name())
	lab, err := vethlab.NewChecked(check(name))
	if err == nil {
		err = host.claim(name, claimOf(tb.Name(), lab))
	}
	if err != nil {
		names.release(name)
		tb.Fatal(err)
	}
	l := &Lab{Lab: lab, tb: tb}
	lab.Notify(l.addEvent)
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

// end removes the lab after its test. If other labs may wait for its links and subnets
// in the host namespace, it waits until the kernel has deleted them.
func (l *Lab) end() {
	l.tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.tb.Context()), endTime)
	defer cancel()
	if l.tb.Failed() && l.exists() {
		l.logState(ctx)
	}
	remove := l.Drop
	if host.has(l.Name()) {
		remove = l.Down
	}
	if err := remove(ctx); err != nil {
		l.tb.Errorf("removing the lab: %v", err)
	}
}

// exists reports whether the lab exists: the test may have taken it down.
func (l *Lab) exists() bool {
	nodes, err := l.Nodes()
	return err != nil || len(nodes) > 0
}
