//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns/netnstest"
)

func TestNetnsExec(t *testing.T) {
	for _, c := range []struct{ words, namespace, argv string }{
		{"netns exec a ls -l", "a", "[ls -l]"},
		{"netn e a ls", "a", "[ls]"},
		{"-j -4 netns ex a ls help", "a", "[ls help]"},
		{"netns exec a", "", "[]"},
		{"ne exec a ls", "", "[]"}, // neigh
		{"netns list a ls", "", "[]"},
		{"link exec a ls", "", "[]"},
		{"netns execute a ls", "", "[]"},
		{"", "", "[]"},
	} {
		namespace, argv, ok := netnsExec(strings.Fields(c.words))
		if namespace != c.namespace || fmt.Sprint(argv) != c.argv || ok != (c.namespace != "") {
			t.Errorf("%q: got %q, %v, %v", c.words, namespace, argv, ok)
		}
	}
}

func TestBatchFile(t *testing.T) {
	for _, c := range []struct {
		words, file string
		force       bool
	}{
		{"-batch x", "x", false},
		{"-b -", "-", false},
		{"-force -b x", "x", true},
		{"-b x -force", "x", true},
		{"-batch", "", false},
		{"-force link", "", false},
		{"link", "", false},
	} {
		file, force, ok := batchFile(strings.Fields(c.words))
		if file != c.file || force != c.force || ok != (c.file != "") {
			t.Errorf("%q: got %q, %v, %v", c.words, file, force, ok)
		}
	}
}

func TestIPHelp(t *testing.T) {
	for words, want := range map[string]bool{
		"": true, "-h": true, "--help": true, "help": true, "link help": true,
		"link": false, "link -h": false, "netns exec a ls help": false, "netns exec a": false,
	} {
		if got := IPHelp(strings.Fields(words)); got != want {
			t.Errorf("%q: got %v", words, got)
		}
	}
}

func TestIPCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{&fs.PathError{Op: "open", Path: "/run/netns/x", Err: unix.ENOENT}, ipSyntaxError},
		{unix.ENODEV, ipNoObject},
		{fmt.Errorf("x: %w", fs.ErrExist), ipNoObject},
		{unix.EEXIST, ipNoObject},
		{&exec.Error{Name: "x", Err: exec.ErrNotFound}, ipNoObject},
		{fmt.Errorf("x: %w", unix.EPERM), ipKernelError},
		{errors.New("x"), ipNoObject},
	} {
		if got := ipCode(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "a.b": true, "..a": true, "": false, ".": false, "..": false, "a/b": false, "/": false} {
		if err := checkName(name); (err == nil) != want {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

// Each command in turn, on an empty machine.
func TestIP(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	for _, c := range []struct {
		words string
		code  int
		out   string // part of the output, or of the error
	}{
		{"netns add a", 0, ""},
		{"netns add a", ipNoObject, `namespace "a" already exists`},
		{"netns add ../x", ipNoObject, `invalid namespace name "../x"`},
		{"-n ../x link", ipSyntaxError, `invalid namespace name "../x"`},
		{"netns exec ../x true", ipSyntaxError, `invalid namespace name "../x"`},
		{"netns exec a no-such-command", ipNoObject, "no-such-command"},
		{"link add v0 type veth peer name v1 netns a", 0, ""},
		{"-n a link set v1 up", 0, ""},
		{"-n a addr add 10.1.0.1/24 dev v1", 0, ""},
		{"-n a -br addr show v1", 0, "10.1.0.1/24"},
		{"-n a route get 10.1.0.7", 0, "10.1.0.7 dev v1 src 10.1.0.1 uid 0"},
		{"netns", 0, "a\n"},
		{"-n a addr add 10.1.0.1/24 dev v1", ipNoObject, "ip -n a addr add 10.1.0.1/24 dev v1: file exists"},
		{"route add default via 10.9.9.9", ipKernelError, "network is unreachable"},
		{"link set lo netns a", ipKernelError, "ip link set lo netns a: invalid argument"},
		{"-n a link set lo netns 1", ipKernelError, "ip -n a link set lo netns 1: invalid argument"},
		{"link set nope up", ipNoObject, "no such device"},
		{"link show nope", ipNoObject, `device "nope" does not exist`},
		{"lnik", ipSyntaxError, `did you mean "link"?`},
		{"-n b link", ipSyntaxError, "no such file"},
		{"netns del a", 0, ""},
		{"netns del a", ipNoObject, `namespace "a" does not exist`},
		{"link show v0", ipNoObject, "does not exist"}, // deleted with its peer
	} {
		var r recorder
		err := IP(t.Context(), strings.Fields(c.words), r.io(""))
		if got := exitCode(err); got != c.code {
			t.Errorf("ip %s: got exit code %d (%v), want %d", c.words, got, err, c.code)
		}
		if text := r.out.String() + fmt.Sprint(err); !strings.Contains(text, c.out) {
			t.Errorf("ip %s: got %q, want %q", c.words, text, c.out)
		}
	}
}

func TestIPBatch(t *testing.T) {
	if !netnstest.Isolated(t) {
		return
	}
	const commands = "netns add a # a namespace\n\nlink frob\nnetns add b\n"
	file := filepath.Join(t.TempDir(), "batch")
	if err := os.WriteFile(file, []byte(commands), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words, stdin, names, err, notices string
	}{
		{"-batch " + file, "", "a", file + `:3: word 3, "frob"`, ""},
		{"-batch -", "netns del a\n", "", "", ""},
		{"-force -batch -", commands, "a b", "exit code 1", `-:3: word 3, "frob"`},
		{"-b " + file + ".none", "", "a b", "no such file", ""},
	} {
		var r recorder
		err := IP(t.Context(), strings.Fields(c.words), r.io(c.stdin))
		if (err != nil) != (c.err != "") || err != nil && (!strings.Contains(err.Error(), c.err) || exitCode(err) != ipNoObject) {
			t.Errorf("%s: got %v, want %q", c.words, err, c.err)
		}
		if got := r.notices.String(); !strings.HasPrefix(got, c.notices) || c.notices == "" && got != "" {
			t.Errorf("%s: got the messages %q, want %q", c.words, got, c.notices)
		}
		if names := namesNow(t); names != c.names {
			t.Errorf("%s: got the namespaces %q, want %q", c.words, names, c.names)
		}
	}
}

// namesNow returns the names of namespaces.
func namesNow(t *testing.T) string {
	t.Helper()
	var r recorder
	if err := IP(t.Context(), []string{"netns"}, r.io("")); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(r.out.String()), " ")
}
