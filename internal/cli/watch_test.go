//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWatchScreen watches a lab at a terminal: it is painted, goes by a key, and is
// what it was before.
func TestWatchScreen(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("name: vtc-watch\naddressing: {ipv6: none}\nlinks: [[a, b]]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const open, closed, ctrlC = "\x1b[?1049h", "\x1b[?1049l", "\x03"
	y := sitDown(t)
	y.types("", "out> ")
	y.types("export TERM=xterm NO_COLOR=1\n", "out> ")
	y.types("vethlab up "+file+"\n", "is up: 2 nodes")
	y.types("vethlab watch\n", open)
	y.types("", "lab vtc-watch, 2 nodes, 2 interfaces")
	y.types("", "a     eth0       up")
	y.types("s", "sort by name")
	y.types("s", "sort by rate")

	// It is as large as the terminal, now and later.
	if err := unix.IoctlSetWinsize(int(y.keys.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 5, Col: 70}); err != nil {
		t.Fatal(err)
	}
	y.types("", "… 2 interfaces with lower rates")
	y.types("q", "out> ")
	if !strings.Contains(y.seen.String(), closed) {
		t.Errorf("the screen was not given back: %q", y.seen.String())
	}
	y.types("echo code $?\n", "code 0")
	y.types("stty -a | tr ' ;' '\\n' | grep -c '^icanon'\n", "1\r\n")
	y.types("vethlab watch vtc-watch\n", open)
	y.types(ctrlC, "out> ")
	y.types("echo code $?\n", "code 0")
	y.types("vethlab down; echo down $?\n", "down 0")
}
