package guest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Main does the work of the machine's first process, or of the program that the
// kernel calls for a module, and reports whether this process is one of them.
// As the first process it does not return.
func Main(args []string) bool {
	switch {
	case os.Getpid() == 1 && exists("/"+File):
		initialize()
	case filepath.Base(args[0]) == "modprobe":
		if err := modprobe(args); err != nil {
			logf("modprobe: %v", err)
		}
	default:
		return false
	}
	return true
}

// initialize does the job and switches the machine off. What fails before the
// program starts is in the kernel's log, which the host prints if it gets no
// status.
func initialize() {
	if err := work(); err != nil {
		logf("%v", err)
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	select {} // a first process that ends is a panic
}

func work() error {
	job, err := readJob()
	if err != nil {
		return err
	}
	if err := mountKernel(""); err != nil {
		return err
	}
	for _, name := range Drivers() {
		if err := load(ModulesOf(job.Release), name); err != nil {
			return err
		}
	}
	if err := enterRoot(job); err != nil {
		return err
	}
	if err := setup(); err != nil {
		return err
	}
	// Devices that udev makes before their modules are loaded.
	for _, name := range []string{"tun", "fuse", "loop"} {
		if err := load(ModulesOf(job.Release), name); err != nil {
			return err
		}
	}
	output, err := openPort(OutputPort)
	if err != nil {
		return err
	}
	status, err := openPort(StatusPort)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(status, run(job, output))
	return err
}

func readJob() (*Job, error) {
	text, err := os.ReadFile("/" + File)
	if err != nil {
		return nil, err
	}
	job := new(Job)
	return job, json.Unmarshal(text, job)
}

// openPort opens a port of the device virtio-serial by its name.
func openPort(name string) (*os.File, error) {
	dirs, err := filepath.Glob("/sys/class/virtio-ports/*")
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		if text, err := os.ReadFile(filepath.Join(dir, "name")); err == nil && string(text) == name+"\n" {
			return openBlocking(filepath.Join("/dev", filepath.Base(dir)))
		}
	}
	return nil, fmt.Errorf("cannot find port %q among %q", name, dirs)
}

// openBlocking opens a device for programs that don't know what EAGAIN is:
// os.OpenFile would open what can be polled with O_NONBLOCK.
func openBlocking(file string) (*os.File, error) {
	fd, err := unix.Open(file, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: file, Err: err}
	}
	return os.NewFile(uintptr(fd), file), nil
}

// logf writes a line into the kernel's log.
func logf(format string, args ...any) {
	if f, err := os.OpenFile("/dev/kmsg", os.O_WRONLY, 0); err == nil {
		defer f.Close()
		fmt.Fprintf(f, "<3>vethlab-vm: "+format+"\n", args...)
	}
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}
