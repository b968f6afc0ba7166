package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vethlab/vethlab/internal/placement"
)

// applets are the programs that commands of vethlab replace on machines without them.
var applets = map[string]string{
	"curl": "curl", "ip": "ip", "nft": "nft", "ping": "ping-host", "sysctl": "sysctl",
}

// appletsEnv is the environment variable that, set to "always", puts applets before the
// machine's programs in PATH.
const appletsEnv = "VETHLAB_APPLETS"

// An appletDir is a folder with vethlab and the applets.
type appletDir struct {
	dir  string
	path string // PATH with it and the machine's programs
}

// newAppletDir makes the folder in the private /run of an isolated sandbox. With always,
// applets come first in PATH.
func newAppletDir(always bool) (*appletDir, error) {
	dir, err := os.MkdirTemp("/run", "programs-")
	if err != nil {
		return nil, err
	}
	t := &appletDir{dir: dir, path: os.Getenv("PATH") + ":/usr/sbin:/sbin:" + dir}
	if always {
		t.path = dir + ":" + os.Getenv("PATH")
	}
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, placement.ProgramName))
	}
	for name, command := range applets {
		script := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", filepath.Join(dir, placement.ProgramName), command)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	if err != nil {
		t.remove()
		return nil, err
	}
	return t, nil
}

func (t *appletDir) remove() { _ = os.RemoveAll(t.dir) }
