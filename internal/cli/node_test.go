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
