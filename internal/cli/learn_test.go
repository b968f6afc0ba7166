//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

// short is a lesson for somebody at a terminal.
const short = "# Short\n\n## One\n\n" +
	"```run\nip netns add ns1\n```\n\n```check\nns1 exists\n```\n\n```hint\nA namespace is added.\n```\n\n" +
	"```run\nip -n ns1 link\n```\n\n" +
	"```question\nHow many interfaces has it?\n= 1\n> It is lo.\n```\n\n" +
	"## Two\n\n```solution\nip netns add ns2\n```\n\n```check\nns2 exists\n```\n\n```hint\nAs before.\n```\n\nSo it is done.\n\n" +
	"## Three\n\n```run\ntrue\n```\n"

// Somebody at a terminal types what he likes, looks around, and leaves.
func TestLearnAtATerminal(t *testing.T) {
	if !userNamespaces(t) {
		t.Skip("needs user namespaces")
	}
	const ctrlC, ctrlD, up = "\x03", "\x04", "\x1b[A"
	file := filepath.Join(t.TempDir(), "short.md")
	if err := os.WriteFile(file, []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	y := sitDown(t)
	y.types("", "out> ")
	y.types("vethlab learn --lang en "+file+"\n", "    ip netns add ns1\r\n$ ")
	y.types("?\r", "Hint: A namespace is added.")
	y.types("nonsense\r", "(exit code 127)")

	// Ctrl-C is for the command that runs.
	y.types("sh -c 'echo now; exec sleep 1004'\r", "now\r\n")
	y.presses(ctrlC, "(exit code 130)")

	// Another way to the same is as good.
	y.types("ip net a ns1\r", "✓ That is it.")
	y.types("ip -n ns1 l\r", "How many interfaces has it?")
	y.types("2\r", "✗ No.")
	y.types("1\r", "It is lo.")

	// Lines come back by the arrow keys; a shell is a shell.
	y.types("ip netns add ns3\r", "Not there yet:")
	y.types(up+"\r", "(exit code 1)")
	y.types("shell\r", "(lesson)")
	y.types("ip netns list\n", "ns3")
	y.types("exit\n", "$ ")
	y.types("do\r", "So it is done.")
	y.types("ip -n ns1 link\r", "[Enter]")
	y.types("\r", "    true\r\n$ ")
	y.types(ctrlD, "out> ")
	y.types("echo code $?\n", "code 0")

	// Ctrl-C at a prompt leaves, too, and the terminal is as it was.
	y.types("vethlab learn --lang zh-TW "+file+"\n", "    ip netns add ns1\r\n$ ")
	y.types(ctrlC, "沙盒和裡面的一切都已經清掉")
	y.types("\n", "out> ")
	y.types("stty -a | tr ' ' '\\n' | grep -x -e echo -e icanon\n", "icanon")
}
