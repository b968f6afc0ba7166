package labtest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// Node returns the node of that name, or ends the test if there is none. "host" is the
// host namespace, in which the test program runs.
func (l *Lab) Node(name string) *vethlab.Node {
	l.tb.Helper()
	n, err := l.Lab.Node(name)
	if err != nil {
		l.tb.Fatal(err)
	}
	return n
}

// Fill sets the fields of a struct that are of type *[vethlab.Node], each to the
// node of its tag or, without one, of its name in lower case:
//
//	var n struct {
//		A, B *vethlab.Node
//		R    *vethlab.Node `vethlab:"r1"`
//	}
//	lab.Fill(&n)
//
// It ends the test for an unknown node.
func (l *Lab) Fill(nodes any) {
	l.tb.Helper()
	v := reflect.ValueOf(nodes)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		l.tb.Fatalf("labtest: Fill needs a pointer to a struct, not a %T", nodes)
	}
	for field, value := range v.Elem().Fields() {
		if field.Type != reflect.TypeFor[*vethlab.Node]() || !field.IsExported() {
			continue
		}
		name := field.Tag.Get("vethlab")
		if name == "" {
			name = strings.ToLower(field.Name)
		}
		value.Set(reflect.ValueOf(l.Node(name)))
	}
}

// Apply changes the lab to an edited topology, whose name it ignores, or ends the test
// if that fails; see [vethlab.Lab.Apply].
func (l *Lab) Apply(ctx context.Context, t *topo.Topology) *vethlab.Plan {
	l.tb.Helper()
	edited, err := vethlab.NewAs(l.Name(), t)
	if err == nil {
		err = host.claim(l.Name(), claimOf(l.tb.Name(), edited))
	}
	var change *vethlab.Plan
	if err == nil {
		change, err = l.Lab.Apply(ctx, t)
	}
	if err != nil {
		l.tb.Fatal(err)
	}
	return change
}

// Verify runs the tests of the topology, or the given ones, and returns the report; see
// [vethlab.Lab.Verify]. The last report is an artifact of a failed test.
func (l *Lab) Verify(ctx context.Context, tests ...topo.Test) *vethlab.Report {
	report := l.Lab.Verify(ctx, tests...)
	l.addEvent(vethlab.Event{Kind: eventVerify, Text: report.Summary()})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report = report
	return report
}

// A Link is a link of a test's lab.
type Link struct {
	*vethlab.Link
	tb testing.TB
}

// Link returns the link between two nodes, or, where several join them, between
// two endpoints such as "r1:eth2". It ends the test if there is none.
func (l *Lab) Link(a, b string) *Link {
	l.tb.Helper()
	link, err := l.Lab.Link(a, b)
	if err != nil {
		l.tb.Fatal(err)
	}
	return &Link{link, l.tb}
}

// Down sets the link down, or only those of its ends that are named; see
// [vethlab.Link.Down].
func (k *Link) Down(ctx context.Context, ends ...string) {
	k.tb.Helper()
	k.must(ctx, k.Link.Down(ctx, ends...))
}

// Up sets the link up, or only those of its ends that are named; see
// [vethlab.Link.Up].
func (k *Link) Up(ctx context.Context, ends ...string) {
	k.tb.Helper()
	k.must(ctx, k.Link.Up(ctx, ends...))
}

// must ends the test on an error, unless the context is done: then the test has mostly
// ended too.
func (k *Link) must(ctx context.Context, err error) {
	k.tb.Helper()
	if err != nil && ctx.Err() == nil {
		k.tb.Fatal(err)
	}
}
