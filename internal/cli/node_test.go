package cli

import "testing"

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
