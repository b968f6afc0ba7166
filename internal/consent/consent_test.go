//go:build linux

package consent

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWriter(t *testing.T) {
	self := map[int]bool{0: true, 1000: true}
	for _, test := range []struct {
		mode fs.FileMode
		uid  int
		want string
	}{
		{0o644, 1000, ""},
		{0o664, 1000, ""},
		{0o644, 0, ""},
		{0o600, 60123, "user 60123"},
		{0o666, 1000, "any user"},
		{fs.ModeNamedPipe | 0o600, 1000, ""},
		{fs.ModeNamedPipe | 0o600, 60123, "user 60123"},
		{fs.ModeDevice | fs.ModeCharDevice | 0o620, 60123, ""},
	} {
		if got := writer(test.mode, test.uid, self); got != test.want {
			t.Errorf("writer(%v, %d) = %q, want %q", test.mode, test.uid, got, test.want)
		}
	}
}

func TestWriterOfOpenFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := Writer(f); got != "" {
		t.Errorf("the writer of our file is %q", got)
	}
	if err := f.Chmod(0o646); err != nil {
		t.Fatal(err)
	}
	if got := Writer(f); got != "any user" {
		t.Errorf("the writer of a file with mode 0646 is %q", got)
	}
}

// SUDO_UID counts for root only: for others, it would let any user's file pass.
func TestSelf(t *testing.T) {
	t.Setenv("SUDO_UID", "60123")
	if got, want := self()[60123], os.Geteuid() == 0; got != want {
		t.Errorf("the UID in SUDO_UID is this user: %v, want %v", got, want)
	}
}

func TestKeys(t *testing.T) {
	keys := map[Key]bool{}
	for _, k := range []Key{
		KeyOf("a", nil), KeyOf("b", nil), KeyOf("a", []byte("x")), KeyOf("a\n", []byte("x")), KeyOf("a", []byte("\nx")),
	} {
		keys[k] = true
	}
	if len(keys) != 5 {
		t.Errorf("5 contents have %d keys", len(keys))
	}
}

func TestStore(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), "a", "allowed")}
	k, other := KeyOf("test", []byte("a")), KeyOf("test", []byte("b"))
	if s.Allowed(k) {
		t.Error("allowed before it was")
	}
	for range 2 {
		if err := s.Allow(k); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Allowed(k) || s.Allowed(other) {
		t.Errorf("allowed: %v, the other: %v", s.Allowed(k), s.Allowed(other))
	}
	names, err := os.ReadDir(s.Dir)
	if err != nil || len(names) != 1 {
		t.Errorf("the folder has %v, %v", names, err)
	}
}

// What another user could put there allows nothing and blocks nobody.
func TestForgedStore(t *testing.T) {
	k, other := KeyOf("test", []byte("a")), KeyOf("test", []byte("b"))
	for name, forge := range map[string]func(s Store) error{
		"other content": func(s Store) error { return os.WriteFile(s.path(k), []byte(other), 0o600) },
		"empty":         func(s Store) error { return os.WriteFile(s.path(k), nil, 0o600) },
		"longer":        func(s Store) error { return os.WriteFile(s.path(k), []byte(k+"\n"), 0o600) },
		"FIFO":          func(s Store) error { return unix.Mkfifo(s.path(k), 0o600) },
		"folder":        func(s Store) error { return os.Mkdir(s.path(k), 0o700) },
		"writable": func(s Store) error {
			if err := os.WriteFile(s.path(k), []byte(k), 0o600); err != nil {
				return err
			}
			return os.Chmod(s.path(k), 0o602)
		},
		"link": func(s Store) error {
			target := filepath.Join(s.Dir, "target")
			if err := os.WriteFile(target, []byte(k), 0o600); err != nil {
				return err
			}
			return os.Symlink(target, s.path(k))
		},
		"other user": func(s Store) error {
			if err := os.WriteFile(s.path(k), []byte(k), 0o600); err != nil {
				return err
			}
			if err := os.Chown(s.path(k), 60123, 60123); err != nil {
				return os.Remove(s.path(k)) // only root can
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := Store{t.TempDir()}
			if err := forge(s); err != nil {
				t.Fatal(err)
			}
			if s.Allowed(k) {
				t.Error("allowed")
			}
		})
	}
	if (Store{}).Allowed(k) || (Store{}).Allow(k) != nil {
		t.Error("a store without a folder remembers, or fails")
	}
	if (Store{t.TempDir()}).Allowed("../x") {
		t.Error("a path is allowed")
	}
}
