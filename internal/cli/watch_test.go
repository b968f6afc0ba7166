//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWatchScreen watches a lab in a terminal, quits by a key, and checks that the terminal
// is restored.
func TestWatchScreen(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("name: vtc-watch\naddressing: {ipv6: none}\nlinks: [[a, b]]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const open, closed, ctrlC = "\x1b[?1049h", "\x1b[?1049l", "\x03"
	s := startTerminal(t)
	s.types("", "out> ")
	s.types("export TERM=xterm NO_COLOR=1\n", "out> ")
	s.types("vethlab up "+file+"\n", "is up: 2 nodes")
	s.types("vethlab watch\n", open)
	s.types("", "lab vtc-watch, 2 nodes, 2 interfaces")
	s.types("", "a     eth0       up")
	s.types("s", "sort by name")
	s.types("s", "sort by rate")

	// Frames follow the size of the terminal.
	if err := unix.IoctlSetWinsize(int(s.keys.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 5, Col: 70}); err != nil {
		t.Fatal(err)
	}
	s.types("", "… 2 interfaces with lower rates")
	s.types("q", closed)
	s.types("", "out> ")
	s.types("echo code $?\n", "code 0")
	s.types("stty -a | tr ' ;' '\\n' | grep -c '^icanon'\n", "1\r\n")
	s.types("vethlab watch vtc-watch\n", open)
	s.types(ctrlC, "out> ")
	s.types("echo code $?\n", "code 0")
	s.types("vethlab down; echo down $?\n", "down 0")
}
