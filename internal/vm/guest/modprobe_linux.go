package guest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/vm/modules"
)

// modprobe loads what the kernel that runs asks for by name. Of the arguments,
// which are "-q -- NAME" in kernel/module/kmod.c, the last is the name.
func modprobe(args []string) error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return err
	}
	return load(ModulesOf(unix.ByteSliceToString(name.Release[:])), args[len(args)-1])
}

// load loads a module and its dependencies from dir. An unknown name is not an error:
// the module may be built in.
func load(dir, name string) error {
	x, err := modules.Open(dir)
	if err != nil {
		return err
	}
	for _, file := range x.Files(name) {
		if err := insert(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("cannot load module %q: %w", file, err)
		}
	}
	return nil
}

func insert(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil && !errors.Is(err, unix.EEXIST) {
		return err
	}
	return nil
}
