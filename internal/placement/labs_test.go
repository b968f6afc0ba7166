package placement_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/placement"
)

// two are two labs of this user.
func two() placement.Labs {
	return placement.Labs{
		{LabInfo: vethlab.LabInfo{Name: "l1", Nodes: []string{"a", "b"}}},
		{LabInfo: vethlab.LabInfo{Name: "l2", Nodes: []string{"a", "c"}}, Sandbox: "l2"},
	}
}

// foreign are a lab of root, and one in a sandbox of the same name.
func foreign() placement.Labs {
	return placement.Labs{
		{LabInfo: vethlab.LabInfo{Name: "l1", Nodes: []string{}, Foreign: true}},
		{LabInfo: vethlab.LabInfo{Name: "l1", Nodes: []string{"a"}}, Sandbox: "l1"},
	}
}

func TestLabOfNode(t *testing.T) {
	for _, c := range []struct {
		labs                 placement.Labs
		node, preferred, lab string
		err                  string // part of it
	}{
		{labs: two(), node: "b", lab: "l1"},
		{labs: two(), node: "c", preferred: "l1", lab: "l2"},
		{labs: two(), node: "a", err: "give l1/a or l2/a"},
		{labs: two(), node: "a", preferred: "l2", lab: "l2"},
		{labs: two(), node: "a", preferred: "l3", err: "give l1/a or l2/a"},
		{labs: two(), node: "d", err: "no running lab has a node d: did you mean a or b or c?"},
		{labs: two(), node: "long-name", err: "no running lab has a node long-name"},
		{labs: two(), node: "host", err: "give l1/host or l2/host"},
		{labs: two()[:1], node: "a", lab: "l1"},
		{labs: two()[:1], node: "host", lab: "l1"},
		{labs: foreign(), node: "host", lab: "l1"}, // that of the sandbox
		{labs: foreign()[:1], node: "host", err: "no running lab has a node host"},
		{node: "a", err: "no lab is running"},
	} {
		lab, err := c.labs.OfNode(c.node, func() string { return c.preferred })
		if lab != c.lab || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s of %v: got %q, %v; want %q, %q", c.node, c.labs, lab, err, c.lab, c.err)
		}
	}
}

func TestOnly(t *testing.T) {
	for _, c := range []struct {
		labs placement.Labs
		lab  string
		err  string
	}{
		{labs: two()[1:], lab: "l2"},
		{labs: foreign(), lab: "l1"},
		{labs: foreign()[:1], err: "no lab is running"},
		{err: "no lab is running"},
		{labs: two(), err: "several labs are running, name one: l1, l2"},
	} {
		lab, err := c.labs.Only()
		if lab.Name != c.lab || lab.Foreign || (err != nil) != (c.err != "") || err != nil && err.Error() != c.err {
			t.Errorf("%v: got %v, %v; want %q, %q", c.labs, lab, err, c.lab, c.err)
		}
	}
}

func TestRunning(t *testing.T) {
	lab, err := two().Running("l2")
	if err != nil || lab.Sandbox != "l2" {
		t.Errorf("got %v, %v", lab, err)
	}
	if lab, err := foreign().Running("l1"); err != nil || lab.Foreign {
		t.Errorf("got %v, %v: want the reachable one", lab, err)
	}
	_, err = two().Running("l3")
	if !errors.Is(err, vethlab.ErrNotRunning) || err.Error() != "lab l3 is not running: did you mean l1 or l2?" {
		t.Errorf("got %v", err)
	}
	if lab := two().Named("l3"); lab.Name != "l3" || lab.Nodes != nil {
		t.Errorf("got %v, want the name only", lab)
	}
}

func TestNodes(t *testing.T) {
	for _, c := range []struct{ got, want []string }{
		{two()[:1].Nodes(), []string{"a", "b"}},
		{two().Nodes(), []string{"l1/a", "l1/b", "l2/a", "l2/c"}},
		{two().With("a"), []string{"l1", "l2"}},
		{two().With("c"), []string{"l2"}},
		{two().With("host"), []string{"l1", "l2"}},
		{foreign().With("host"), []string{"l1"}},
		{foreign().Reachable().Names(), []string{"l1"}},
		{foreign().Names(), []string{"l1", "l1"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
