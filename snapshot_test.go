//go:build linux

package vethlab_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/kernel"
)

// A snapshot holds the state of the machine that a lab could change, by kind.
type snapshot map[string][]string

// look takes a snapshot of a machine without other users, see
// [netnstest.Isolated]. Its /etc, which labs only read, is everybody's.
func look(tb testing.TB) snapshot {
	tb.Helper()
	s := snapshot{}
	s["links"] = columns(tb, "/proc/net/dev", 0)
	// Lines with "+--" are about the tree itself, which may keep allocated nodes.
	s["ipv4"] = slices.DeleteFunc(columns(tb, "/proc/net/fib_trie", 0, 1, 2, 3), func(line string) bool {
		return strings.HasPrefix(line, "+--")
	})
	s["ipv6 addresses"] = columns(tb, "/proc/net/if_inet6", 0, 1, 2, 3, 5)
	s["ipv6 routes"] = columns(tb, "/proc/net/ipv6_route", 0, 1, 4, 5, 9)
	s["mounts"] = mounts(tb)
	s["files"] = files(tb, "/run")
	s["sysctls"] = sysctls(tb)
	s["processes"] = processes(tb)
	s["namespaces of others"] = others(tb)
	return s
}

// unchanged fails the test if the state of the machine has changed.
func (s snapshot) unchanged(tb testing.TB) {
	tb.Helper()
	now := look(tb)
	// A module that another program loads adds sysctls to all namespaces.
	now["sysctls"] = slices.DeleteFunc(now["sysctls"], func(line string) bool { return !s.hasSysctl(line) })
	if d := cmp.Diff(s, now); d != "" {
		tb.Fatalf("the state of the machine has changed (-before +after):\n%s", d)
	}
}

// hasSysctl reports whether there was a sysctl, whatever its value, that a line
// is of.
func (s snapshot) hasSysctl(line string) bool {
	path, _, _ := strings.Cut(line, " ")
	return slices.ContainsFunc(s["sysctls"], func(old string) bool { return strings.HasPrefix(old, path+" ") })
}

// columns returns some columns of a file's lines, sorted.
func columns(tb testing.TB, file string, which ...int) []string {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		var picked []string
		for i, word := range strings.Fields(line) {
			if slices.Contains(which, i) {
				picked = append(picked, word)
			}
		}
		lines = append(lines, strings.Join(picked, " "))
	}
	slices.Sort(lines)
	return lines
}

// mounts returns the mounts that can be seen. Under others there may be some from
// before this machine was set apart, which go as their owners please.
func mounts(tb testing.TB) []string {
	tb.Helper()
	var list []string
	for _, line := range columns(tb, "/proc/self/mountinfo", 0, 2, 3, 4, 5, 6, 7, 8, 9, 10) {
		id, rest, _ := strings.Cut(line, " ")
		var st unix.Statx_t
		path := strings.ReplaceAll(strings.Fields(rest)[2], `\040`, " ")
		err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st)
		if err == nil && fmt.Sprint(st.Mnt_id) == id {
			list = append(list, rest)
		}
	}
	slices.Sort(list)
	return list
}

// files returns all below a folder: names, modes, and of files size and time.
// What this user can't see, no lab of this user's can change.
func files(tb testing.TB, root string) []string {
	tb.Helper()
	var list []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another program has just removed its own
		}
		if err != nil {
			return err
		}
		line := fmt.Sprint(path, " ", info.Mode())
		if info.Mode().IsRegular() {
			line += fmt.Sprint(" ", info.Size(), " ", info.ModTime().UnixNano())
		}
		list = append(list, line)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// sysctls returns the sysctls of the host namespace.
func sysctls(tb testing.TB) []string {
	tb.Helper()
	var list []string
	err := filepath.WalkDir("/proc/sys/net", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "nf_conntrack_count" {
			return err
		}
		value, err := os.ReadFile(path)
		if err == nil { // some can only be written
			list = append(list, path+" "+strings.TrimSpace(string(value)))
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func processes(tb testing.TB) []string {
	tb.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// others returns the namespaces that belong to no lab, with their contents.
func others(tb testing.TB) []string {
	tb.Helper()
	view, err := kernel.Observe("", nil, nil) // what carries no mark
	if err != nil {
		tb.Fatal(err)
	}
	var list []string
	for _, name := range view.State.Names() {
		ns := view.State.Namespaces[name]
		for _, link := range ns.LinkNames() {
			list = append(list, fmt.Sprintf("%s %+v", name, *ns.Links[link]))
		}
		list = append(list, fmt.Sprintf("%s routes %v", name, ns.Routes))
	}
	return list
}
