package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// applets are commands of vethlab that do as the program of a name does, for where
// the machine has none: the name and the command.
var applets = map[string]string{
	"curl": "curl", "ip": "ip", "nft": "nft", "ping": "ping-host", "sysctl": "sysctl",
}

// appletsEnv with the value "always" has applets take the place of the machine's own
// programs in a shell.
const appletsEnv = "VETHLAB_APPLETS"

// A toolbox is a folder with programs that the machine lacks.
type toolbox struct {
	dir  string
	path string // for PATH: the machine's programs and these
}

// newToolbox makes a folder with vethlab and applets in it, on the private /run of a
// machine of its own. With always, programs of the machine give way to them.
func newToolbox(always bool) (*toolbox, error) {
	dir, err := os.MkdirTemp("/run", "programs-")
	if err != nil {
		return nil, err
	}
	t := &toolbox{dir: dir, path: os.Getenv("PATH") + ":/usr/sbin:/sbin:" + dir}
	if always {
		t.path = dir + ":" + os.Getenv("PATH")
	}
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, programName))
	}
	for name, command := range applets {
		script := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", filepath.Join(dir, programName), command)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	if err != nil {
		t.remove()
		return nil, err
	}
	return t, nil
}

func (t *toolbox) remove() { _ = os.RemoveAll(t.dir) }
