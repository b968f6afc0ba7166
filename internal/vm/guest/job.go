// Package guest has the programs inside a virtual machine of package vm: its init
// process, and the modprobe that the kernel calls to load a module.
package guest

import "github.com/vethlab/vethlab/internal/vm/modules"

// A Job is what the first process of a machine has to do.
type Job struct {
	Args    []string // the program and its arguments
	Dir     string   // the folder it runs in
	Env     []string // KEY=VALUE
	Release string   // of the kernel, as uname -r prints it
	Modules string   // the host's folder with the modules of that release
	Config  string   // the host's file with the kernel's configuration
}

// File is where in the initramfs the job is, as JSON.
const File = "job.json"

// Names of the host's things in the machine: its tree of files, and the ports
// on which the program's output and its status come out.
const (
	RootTag    = "root"
	OutputPort = "output"
	StatusPort = "status"
)

// ModulesOf returns the machine's folder with the modules of a kernel.
func ModulesOf(release string) string { return "/lib/modules/" + release }

// Drivers returns the modules that the first process needs before it sees the
// host's files.
func Drivers() []string {
	return []string{"virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"}
}

// DriverFiles returns the files of Drivers and of all they need.
func DriverFiles(x *modules.Index) []string {
	var files []string
	for _, name := range Drivers() {
		files = append(files, x.Files(name)...)
	}
	return files
}
