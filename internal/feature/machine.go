package feature

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A machine is read from the files below a root folder, which is / except in tests.
// An unreadable file counts as empty.
type machine struct{ root string }

// local is the machine that this program runs on.
var local = &machine{"/"}

// text returns the content of a file without the space around it.
func (m *machine) text(path string) string {
	b, err := os.ReadFile(filepath.Join(m.root, path))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// number returns the number in a file, or -1.
func (m *machine) number(path string) int {
	n, err := strconv.Atoi(m.text(path))
	if err != nil {
		return -1
	}
	return n
}

func (m *machine) exists(path string) bool {
	_, err := os.Stat(filepath.Join(m.root, path))
	return err == nil
}

// field returns the value of the first line "word: value" of a file.
func (m *machine) field(path, word string) string {
	for line := range strings.Lines(m.text(path)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == word {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// kernel returns the release of the running kernel, as of uname -r.
func (m *machine) kernel() string { return m.text("/proc/sys/kernel/osrelease") }

var versionNumbers = regexp.MustCompile(`^\d+(\.\d+)*`)

// olderThan reports whether the running kernel is older than a version.
func (m *machine) olderThan(version string) bool {
	running := versionNumbers.FindString(m.kernel())
	return running != "" && slices.Compare(numbers(running), numbers(version)) < 0
}

func numbers(version string) []int {
	var list []int
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part) // the regular expression matches only numbers
		list = append(list, n)
	}
	return list
}

// osRelease returns a value of os-release(5).
func (m *machine) osRelease(key string) string {
	text := cmp.Or(m.text("/etc/os-release"), m.text("/usr/lib/os-release"))
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && k == key {
			return strings.Trim(v, `"'`)
		}
	}
	return ""
}

// like reports whether ID or ID_LIKE of os-release(5) is one of ids.
func (m *machine) like(ids ...string) bool {
	own := append(strings.Fields(m.osRelease("ID_LIKE")), m.osRelease("ID"))
	return slices.ContainsFunc(own, func(id string) bool { return slices.Contains(ids, id) })
}

// container returns the engine of the container that this process is in, or "".
func (m *machine) container() string {
	switch {
	case m.exists("/run/secrets/kubernetes.io"):
		return "kubernetes"
	case m.exists("/.dockerenv"):
		return "docker"
	case m.exists("/run/.containerenv"):
		return "podman"
	}
	name, _, _ := strings.Cut(m.text("/run/systemd/container"), "\n")
	if name == "wsl" {
		return "" // a virtual machine
	}
	return name
}

// wsl reports whether this is the Windows Subsystem for Linux.
func (m *machine) wsl() bool { return strings.Contains(strings.ToLower(m.kernel()), "microsoft") }

// sudo prefixes a command with sudo unless this user is root.
func (m *machine) sudo(command string) string {
	if m.uid() == 0 {
		return command
	}
	return "sudo " + command
}
