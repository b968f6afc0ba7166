package applet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vethlab/vethlab/internal/state"
)

// SysctlOptions are options of sysctl(8).
type SysctlOptions struct {
	Values bool // print no keys
	Quiet  bool // do not print values that are written
	Ignore bool // ignore unknown keys
	All    bool // print all settings below net
}

// sysctlFailed is the exit code of sysctl(8) for an error.
const sysctlFailed = 1

// A sysctl reads and writes settings below a folder, which is /proc/sys.
type sysctl struct {
	IO
	SysctlOptions
	root string
}

// Sysctl prints or, for KEY=VALUE, sets and prints settings, as sysctl(8) does.
func Sysctl(args []string, o SysctlOptions, s IO) error {
	return sysctl{s, o, "/proc/sys"}.run(args)
}

func (s sysctl) run(args []string) error {
	switch {
	case s.All:
		return s.printAll()
	case len(args) == 0:
		return &UsageError{errors.New("missing key, such as net.ipv4.ip_forward")}
	}
	var failed error
	for _, arg := range args {
		key, value, set := strings.Cut(arg, "=")
		if err := s.getOrSet(strings.TrimSpace(key), strings.TrimSpace(value), set); err != nil {
			s.fail("sysctl", err)
			failed = &ExitError{Code: sysctlFailed}
		}
	}
	return failed
}

func (s sysctl) getOrSet(key, value string, set bool) error {
	file := s.file(key)
	if set {
		if err := os.WriteFile(file, []byte(value+"\n"), 0); err != nil {
			return s.reason(key, err)
		}
		if s.Quiet {
			return nil
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return s.reason(key, err)
	}
	s.printSetting(key, string(data))
	return nil
}

// reason returns an error in the words of sysctl(8), nil for an unknown key with Ignore.
func (s sysctl) reason(key string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if s.Ignore {
			return nil
		}
		return fmt.Errorf("cannot stat %s: No such file or directory", s.file(key))
	}
	reason := (*fs.PathError)(nil)
	if errors.As(err, &reason) {
		err = reason.Err
	}
	return fmt.Errorf("setting or reading key %q: %w", key, err)
}

func (s sysctl) printSetting(key, data string) {
	for line := range strings.Lines(strings.TrimRight(data, "\n") + "\n") {
		if !s.Values {
			line = state.SysctlKey(key) + " = " + line
		}
		s.print("%s", line)
	}
}

// file returns the file of a key, always one below the root.
func (s sysctl) file(key string) string {
	return filepath.Join(s.root, filepath.Clean("/"+state.SysctlPath(state.SysctlKey(key))))
}

func (s sysctl) printAll() error {
	return filepath.WalkDir(filepath.Join(s.root, "net"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if data, err := os.ReadFile(file); err == nil { // some can only be written
			s.printSetting(strings.TrimPrefix(file, s.root+"/"), string(data))
		}
		return nil
	})
}
