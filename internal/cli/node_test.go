package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/vethlab/vethlab"
)

func TestLabOfNode(t *testing.T) {
	t.Chdir(t.TempDir())
	two := []labInfo{
		{LabInfo: vethlab.LabInfo{Name: "l1", Nodes: []string{"a", "b"}}},
		{LabInfo: vethlab.LabInfo{Name: "l2", Nodes: []string{"a", "c"}}},
	}
	for _, c := range []struct {
		infos      []labInfo
		node, want string // the lab's name, or part of an error
	}{
		{two, "b", "l1"},
		{two, "c", "l2"},
		{two, "a", "give l1/a or l2/a"},
		{two, "d", "no running lab has a node d: did you mean a or b or c?"},
		{two, "long-name", "no running lab has a node long-name"},
		{two, "host", "give l1/host or l2/host"},
		{two[:1], "a", "l1"},
		{two[:1], "host", "l1"},
		{nil, "a", "no lab is running"},
	} {
		p := &program{out: newOut(&bytes.Buffer{}, &bytes.Buffer{})}
		got, err := p.labOfNode(c.infos, c.node)
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != c.want || !strings.Contains(got, c.want) {
			t.Errorf("%s of %v: got %q, want %q", c.node, c.infos, got, c.want)
		}
	}
}

func TestIsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for arg, want := range map[string]bool{
		"-": true, "x.yaml": true, "x.yml": true, "./x": true, "x": false, "x.lab": false,
	} {
		if got := isFile(arg); got != want {
			t.Errorf("%s: got %v", arg, got)
		}
	}
}

func TestVariable(t *testing.T) {
	if got, want := variable("web-1.Été"), "WEB_1__T_"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
