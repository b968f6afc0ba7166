package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/vethlab/vethlab/internal/netns"
)

// launch re-executes this program as root of a new user namespace, with network, mount and
// PID namespaces that belong to it, and waits until it is ready. Its mounts are those of
// mountCalls, and locked. The command's input and outputs must be files or nil; no context
// ends it.
func launch(cmd *exec.Cmd, role Role, bare bool) error {
	calls, err := mountCalls(bare)
	if err != nil {
		return err
	}
	return starting(cmd, role, func() error {
		files, null, err := standardFiles(cmd)
		defer null.Close()
		if err != nil {
			return err
		}
		program := netns.Launch{
			Args: cmd.Args, Env: cmd.Env, Dir: workingFolder(cmd),
			Files: append(files, cmd.ExtraFiles...), Setup: calls, Attr: cmd.SysProcAttr,
			BlockTerm: role == Holder,
		}
		var pid int
		err = netns.AwaitFreed(func() (err error) {
			pid, err = program.Start()
			return err
		})
		if err != nil {
			return launchError(err)
		}
		cmd.Process, err = os.FindProcess(pid)
		return err
	})
}

// launchError returns the [StartError] of a failed [netns.Launch].
func launchError(err error) error {
	if launch := (*netns.LaunchError)(nil); errors.As(err, &launch) {
		return &StartError{cmp.Or(launch.Step, StepNamespaces), launch.Err}
	}
	return &StartError{StepNamespaces, err}
}

// standardFiles returns the command's input and outputs, with null in place of nil ones. null
// is /dev/null, opened only if one is nil.
func standardFiles(cmd *exec.Cmd) (files []*os.File, null *os.File, err error) {
	for _, f := range []any{cmd.Stdin, cmd.Stdout, cmd.Stderr} {
		if f == nil && null == nil {
			if null, err = os.OpenFile(os.DevNull, os.O_RDWR, 0); err != nil {
				return nil, nil, err
			}
		}
		if f == nil {
			f = null
		}
		file, ok := f.(*os.File)
		if !ok {
			return nil, null, fmt.Errorf("cannot start a sandbox with a %T as input or output (want a file)", f)
		}
		files = append(files, file)
	}
	return files, null, nil
}

// workingFolder returns the path of the command's working folder. The program in a sandbox
// must enter it by the path: an inherited one may be below a folder that the sandbox mounts
// over, such as /run.
func workingFolder(cmd *exec.Cmd) string {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	return cmp.Or(cmd.Dir, dir)
}
