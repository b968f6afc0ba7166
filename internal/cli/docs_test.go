//go:build linux

package cli_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

// TestDocs runs the commands in the console blocks of pages, one page after the other
// in a sandbox of its own, and compares their output with the quoted one. A line "…"
// stands for any lines. With -short it runs the tutorial only, which quotes the kernel most;
// the other pages quote what vethlab itself prints.
func TestDocs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the pages quote what root sees")
	}
	netnstest.Need(t)
	for _, program := range []string{"ip", "ping"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	pages := []string{"tutorial", "explain", "graph", "import", "script"}
	if testing.Short() {
		pages = pages[:1]
	}
	for _, page := range pages {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", page+".md"))
			if err != nil {
				t.Fatal(err)
			}
			commands := commandsOf(string(text))
			if len(commands) < 2 {
				t.Fatalf("found %d commands", len(commands))
			}
			sh := newDocsShell(t)
			for _, c := range commands {
				sh.check(t, c)
			}
		})
	}
}

// A pageCommand is a command of a page with the output that the page quotes.
type pageCommand struct {
	line    int
	command string
	output  string // without line breaks at the end

	// later is the output quoted next if the page runs the command twice in a row, for
	// what the kernel does in between. On a slow machine it has done so at the first run.
	later string
}

func commandsOf(page string) []pageCommand {
	var list []pageCommand
	inside := false
	for i, line := range strings.Split(page, "\n") {
		switch {
		case !inside:
			inside = line == "```console"
		case line == "```":
			inside = false
		case strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "$ "):
			list = append(list, pageCommand{line: i + 1, command: line[2:]})
		case len(list) > 0:
			list[len(list)-1].output += line + "\n"
		}
	}
	for i := range list {
		list[i].output = strings.TrimRight(list[i].output, "\n")
		if i > 0 && list[i-1].command == list[i].command {
			list[i-1].later = list[i].output
		}
	}
	return list
}

func TestCommandsOf(t *testing.T) {
	page := "# a title\n```console\n# one\n1\n\n$ two\n```\n```sh\n$ no\n```\n```console\n# two\n2\n# one\n```\n"
	want := []pageCommand{{3, "one", "1", ""}, {6, "two", "", "2"}, {12, "two", "2", ""}, {14, "one", "", ""}}
	if got := commandsOf(page); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

// variable matches what may differ from run to run: times, MACs, link-local addresses,
// interface indexes below 10 (which the kernel chose), and the lines that "…" stands for.
var variable = regexp.MustCompile(`(?m)^…$|[\d.]+(/[\d.]+)* ?ms\b|[0-9a-f]{2}(:[0-9a-f]{2}){5}|inet6 fe80:\S+|@if\d\b|^\d: `)

// pattern returns a regular expression for the outputs that the page allows.
func (c pageCommand) pattern() *regexp.Regexp {
	pattern := patternOf(c.output)
	if c.later != "" {
		pattern += "|" + patternOf(c.later)
	}
	return regexp.MustCompile(`^(?:` + pattern + `)$`)
}

// patternOf returns the pattern of outputs like a quoted one.
func patternOf(output string) string {
	var b strings.Builder
	rest := 0
	for _, at := range variable.FindAllStringIndex(output, -1) {
		b.WriteString(regexp.QuoteMeta(output[rest:at[0]]))
		b.WriteString(like(output[at[0]:at[1]]))
		rest = at[1]
	}
	b.WriteString(regexp.QuoteMeta(output[rest:]))
	return b.String()
}

// like returns a pattern for a match of variable. The MACs of labs begin with 02 and
// follow from the file.
func like(part string) string {
	switch {
	case strings.HasPrefix(part, "…"):
		return `(?s:.*)`
	case strings.HasSuffix(part, "ms"):
		return `[\d.]+(/[\d.]+)* ?(µs|ms|s)`
	case strings.HasPrefix(part, "@if"):
		return `@if\d+`
	case strings.HasPrefix(part, "inet6"):
		return `inet6 fe80:\S+`
	case strings.HasSuffix(part, ": "):
		return `\d+: `
	case strings.HasPrefix(part, "02:"), strings.HasPrefix(part, "00:00"), strings.HasPrefix(part, "ff:"):
		return part
	}
	return `[0-9a-f]{2}(:[0-9a-f]{2}){5}`
}

// docsShell is a shell in a sandbox with the interface eth0 and a default route.
type docsShell struct {
	folder string
	in     io.Writer
	out    *bufio.Reader
}

const endOfOutput = "--- end of output ---"

func newDocsShell(t *testing.T) *docsShell {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "examples"), os.DirFS(filepath.Join("..", "..", "examples"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	cmd := exec.CommandContext(ctx, "vethlab", "exec", "--fresh", "--", "sh")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "GITHUB_ACTIONS=")
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	cmd.Stderr = os.Stderr
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
		cancel()
	})
	sh := &docsShell{folder: folder, in: in, out: bufio.NewReader(out)}
	setup := []string{
		"ip link add eth0 type bridge", // without a port: it drops all packets
		"ip addr add 192.0.2.10/24 dev eth0",
		"ip link set eth0 up",
		"ip route add default via 192.0.2.1",
		"ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:99 dev eth0",
	}
	for _, command := range setup {
		if got := sh.run(t, command); got != "" {
			t.Fatalf("%s: %s", command, got)
		}
	}
	return sh
}

// run returns what a command writes to stdout and stderr.
func (sh *docsShell) run(t *testing.T, command string) string {
	t.Helper()
	// The exit code of the shell is that of its last command: 0 with true.
	if _, err := fmt.Fprintf(sh.in, "{ %s\n} </dev/null 2>&1; echo '%s'; true\n", command, endOfOutput); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for {
		line, err := sh.out.ReadString('\n')
		if line == endOfOutput+"\n" {
			return b.String()
		}
		b.WriteString(line)
		if err != nil {
			t.Fatalf("%s: %v after %q", command, err, b.String())
		}
	}
}

// settleTime is how long the kernel may take until ip shows what a page quotes, such as
// a carrier, or that a deleted namespace's links are gone.
const settleTime = 5 * time.Second

func (sh *docsShell) check(t *testing.T, c pageCommand) {
	t.Helper()
	if name, ok := strings.CutPrefix(c.command, "cat "); ok { // a file that the page shows
		if err := os.WriteFile(filepath.Join(sh.folder, name), []byte(c.output), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if c.command == "ip netns list" { // in the order of the folder
		c.command += " | sort"
		c.output = strings.Join(slices.Sorted(strings.SplitSeq(c.output, "\n")), "\n")
	}
	want := c.pattern()
	got := strings.TrimRight(sh.run(t, c.command), "\n")
	repeatable := strings.HasPrefix(c.command, "ip ") && c.output != "" // an ip that shows
	for end := time.Now().Add(settleTime); repeatable && !want.MatchString(got) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
		got = strings.TrimRight(sh.run(t, c.command), "\n")
	}
	if !want.MatchString(got) {
		t.Errorf("line %d: %s\nprints:\n%s\nquoted:\n%s", c.line, c.command, got, c.output)
	}
}
