//go:build linux

package applet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSysctl(t *testing.T) {
	root := t.TempDir()
	write := func(file, text string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(root, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), mode)); err != nil {
			t.Fatal(err)
		}
	}
	write("net/ipv4/ip_forward", "0\n", 0o600)
	write("net/ipv4/conf/a.b/forwarding", "1\n", 0o600)
	write("net/list", "one\ntwo\n", 0o600)
	write("kernel/x", "y\n", 0o600)
	for _, c := range []struct {
		words          string
		options        SysctlOptions
		code           int
		out, err, file string
	}{
		{"net.ipv4.ip_forward", SysctlOptions{}, 0, "net.ipv4.ip_forward = 0\n", "", "0\n"},
		{"net/ipv4/ip_forward", SysctlOptions{Values: true}, 0, "0\n", "", "0\n"},
		{"net.ipv4.ip_forward=1", SysctlOptions{}, 0, "net.ipv4.ip_forward = 1\n", "", "1\n"},
		{"net.ipv4.ip_forward=2", SysctlOptions{Quiet: true}, 0, "", "", "2\n"},
		{"net.list", SysctlOptions{}, 0, "net.list = one\nnet.list = two\n", "", "2\n"},
		{"net/ipv4/conf/a.b/forwarding", SysctlOptions{Values: true}, 0, "1\n", "", "2\n"},
		{"net.nope net.ipv4.ip_forward", SysctlOptions{}, 1, "net.ipv4.ip_forward = 2\n", "sysctl: cannot stat " + root + "/net/nope: No such file or directory\n", "2\n"},
		{"net.nope", SysctlOptions{Ignore: true}, 0, "", "", "2\n"},
		{"net.ipv4", SysctlOptions{}, 1, "", "sysctl: setting or reading key \"net.ipv4\": is a directory\n", "2\n"},
		{"net/../../../kernel/x", SysctlOptions{Values: true}, 0, "y\n", "", "2\n"}, // below the root
		{"", SysctlOptions{All: true}, 0, "net.ipv4.conf.a/b.forwarding = 1\nnet.ipv4.ip_forward = 2\nnet.list = one\nnet.list = two\n", "", "2\n"},
	} {
		var r recorder
		err := sysctl{r.io(""), c.options, root}.run(strings.Fields(c.words))
		if got := exitCode(err); got != c.code || r.out.String() != c.out || r.err.String() != c.err {
			t.Errorf("sysctl %s %+v: got %d, %q, %q (%v); want %d, %q, %q", c.words, c.options, got, r.out.String(), r.err.String(), err, c.code, c.out, c.err)
		}
		if got, err := os.ReadFile(filepath.Join(root, "net/ipv4/ip_forward")); string(got) != c.file {
			t.Errorf("sysctl %s: the file has %q (%v), want %q", c.words, got, err, c.file)
		}
	}
	err := Sysctl(nil, SysctlOptions{}, new(recorder).io(""))
	if usage, ok := errors.AsType[*UsageError](err); !ok || usage.Error() != "missing key, such as net.ipv4.ip_forward" {
		t.Errorf("got %v", err)
	}
}
