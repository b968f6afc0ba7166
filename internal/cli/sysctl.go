package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/state"
)

// newSysctl is sysctl(8) for machines without it.
func newSysctl(p *program) *cobra.Command {
	var o sysctlOptions
	cmd := &cobra.Command{
		Use:    "sysctl [-n] [-q] [-w] KEY[=VALUE] ...",
		Short:  "sysctl(8) for machines without it",
		Hidden: true,
		RunE:   func(cmd *cobra.Command, args []string) error { return p.sysctl(cmd, args, o) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.values, "values", "n", false, "print no keys")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "do not print values that are written")
	f.BoolVarP(&o.ignore, "ignore", "e", false, "ignore unknown keys")
	f.BoolVarP(&o.all, "all", "a", false, "print all settings below net")
	f.BoolP("write", "w", false, "accepted and ignored: a value is always written")
	return cmd
}

type sysctlOptions struct{ values, quiet, ignore, all bool }

const procSys = "/proc/sys"

func (p *program) sysctl(cmd *cobra.Command, args []string, o sysctlOptions) error {
	switch {
	case o.all:
		return p.printAllSysctls(o)
	case len(args) == 0:
		return usageError{cmd, errors.New("missing key, such as net.ipv4.ip_forward")}
	}
	var failed error
	for _, arg := range args {
		key, value, set := strings.Cut(arg, "=")
		if err := p.getOrSet(strings.TrimSpace(key), strings.TrimSpace(value), set, o); err != nil {
			p.out.passStderr(fmt.Appendf(nil, "sysctl: %v\n", err))
			failed = exitError{code: exitFailed}
		}
	}
	return failed
}

func (p *program) getOrSet(key, value string, set bool, o sysctlOptions) error {
	file := sysctlFile(key)
	if set {
		if err := os.WriteFile(file, []byte(value+"\n"), 0); err != nil {
			return sysctlError(key, err, o)
		}
		if o.quiet {
			return nil
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return sysctlError(key, err, o)
	}
	p.printSysctl(key, string(data), o)
	return nil
}

func sysctlError(key string, err error, o sysctlOptions) error {
	if errors.Is(err, fs.ErrNotExist) {
		if o.ignore {
			return nil
		}
		return fmt.Errorf("cannot stat %s: No such file or directory", sysctlFile(key))
	}
	reason := (*fs.PathError)(nil)
	if errors.As(err, &reason) {
		err = reason.Err
	}
	return fmt.Errorf("setting or reading key %q: %w", key, err)
}

func (p *program) printSysctl(key, data string, o sysctlOptions) {
	for line := range strings.Lines(strings.TrimRight(data, "\n") + "\n") {
		if !o.values {
			p.out.print("%s = ", state.SysctlKey(key))
		}
		p.out.printExact(line)
	}
}

// sysctlFile returns the file of a key, always one below /proc/sys.
func sysctlFile(key string) string {
	return filepath.Join(procSys, filepath.Clean("/"+state.SysctlPath(state.SysctlKey(key))))
}

func (p *program) printAllSysctls(o sysctlOptions) error {
	return filepath.WalkDir(filepath.Join(procSys, "net"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if data, err := os.ReadFile(file); err == nil { // some can only be written
			p.printSysctl(strings.TrimPrefix(file, procSys+"/"), string(data), o)
		}
		return nil
	})
}
