//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

// short is a lesson of three steps.
const short = "# Short\n\n## One\n\n" +
	"```run\nip netns add ns1\n```\n\n```check\nns1 exists\n```\n\n```hint\nA namespace is added.\n```\n\n" +
	"```run\nip -n ns1 link\n```\n\n" +
	"```question\nHow many interfaces has it?\n= 1\n> It is lo.\n```\n\n" +
	"## Two\n\n```solution\nip netns add ns2\n```\n\n```check\nns2 exists\n```\n\n```hint\nAs before.\n```\n\nSo it is done.\n\n" +
	"## Three\n\n```run\ntrue\n```\n"

// A learner types other commands than the shown ones, opens a shell, and leaves.
func TestLearnInTerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	const ctrlC, ctrlD, up = "\x03", "\x04", "\x1b[A"
	file := filepath.Join(t.TempDir(), "short.md")
	if err := os.WriteFile(file, []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	s := startTerminal(t)
	s.types("", "out> ")

	// The lesson is not vethlab's own: it is played only with consent, which is remembered.
	s.types("vethlab learn --lang zh-TW "+file+"\n", "要開始嗎？ [y/N] ")
	s.types("\n", "沒有同意，所以不開始 "+file)
	s.types("", "out> ")
	s.types("vethlab learn --lang en "+file+"\n", "play it? [y/N] ")
	s.types("y\n", "    ip netns add ns1\r\n$ ")
	s.types("?\r", "Hint: A namespace is added.")
	s.types("nonsense\r", "(exit code 127: command not found)")

	// Ctrl-C is for the command that runs.
	s.types("sh -c 'echo now; exec sleep 1004'\r", "now\r\n")
	s.presses(ctrlC, "(exit code 130: interrupted by Ctrl-C)")

	// Another command with the same effect passes the check.
	s.types("ip net a ns1\r", "✓ Done.")
	s.types("ip -n ns1 l\r", "How many interfaces has it?")
	s.types("2\r", "✗ No.")
	s.types("1\r", "It is lo.")

	// The up key recalls the last line; shell opens a shell.
	s.types("ip netns add ns3\r", "Not done yet:")
	s.types(up+"\r", "(exit code 1)")
	s.types("shell\r", "(lesson)")
	s.types("ip netns list\n", "ns3")
	s.types("exit\n", "$ ")
	s.types("do\r", "So it is done.")
	s.types("ip -n ns1 link\r", "[Enter]")
	s.types("\r", "    true\r\n$ ")
	s.types(ctrlD, "out> ")
	s.types("echo code $?\n", "code 0")

	// Ctrl-C at a prompt leaves too, and the terminal's mode is restored.
	s.types("vethlab learn --lang zh-TW "+file+"\n", "    ip netns add ns1\r\n$ ")
	s.types(ctrlC, "沙盒和裡面的一切都已經刪除")
	s.types("\n", "out> ")
	s.types("stty -a | tr ' ' '\\n' | grep -x -e echo -e icanon\n", "icanon")
}
