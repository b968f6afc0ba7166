package applet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// commands are the commands of vethlab by the programs that they replace.
func commands() map[string]string {
	return map[string]string{"curl": "curl", "ip": "ip", "nft": "nft", "ping": "ping-host", "sysctl": "sysctl"}
}

// Env is the environment variable that, set to "always", puts applets before the machine's
// programs in PATH.
const Env = "VETHLAB_APPLETS"

// A Dir is a folder with this program and the applets.
type Dir struct {
	dir  string
	Path string // PATH with the folder and the machine's programs
}

// NewDir makes the folder below parent, with this program under a name. With always,
// applets come first in PATH.
func NewDir(parent, program string, always bool) (*Dir, error) {
	dir, err := os.MkdirTemp(parent, "programs-")
	if err != nil {
		return nil, err
	}
	d := &Dir{dir: dir, Path: os.Getenv("PATH") + ":/usr/sbin:/sbin:" + dir}
	if always {
		d.Path = dir + ":" + os.Getenv("PATH")
	}
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, program))
	}
	for name, command := range commands() {
		script := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", filepath.Join(dir, program), command)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755))
	}
	if err != nil {
		d.Remove()
		return nil, err
	}
	return d, nil
}

// Remove deletes the folder.
func (d *Dir) Remove() { _ = os.RemoveAll(d.dir) }
