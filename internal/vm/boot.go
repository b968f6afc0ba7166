package vm

import (
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vethlab/vethlab/internal/vm/guest"
	"github.com/vethlab/vethlab/internal/vm/modules"
)

// qemu is the emulator of the processors that Release knows kernels for.
const qemu = "qemu-system-x86_64"

// A boot is one run of a machine, with its files in dir.
type boot struct {
	machine      *Machine
	dir, console string
}

func (b *boot) initrd() string { return filepath.Join(b.dir, "initrd") }
func (b *boot) status() string { return filepath.Join(b.dir, "status") }

// arguments returns those of QEMU.
func (b *boot) arguments() []string {
	m := b.machine
	return []string{
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-machine", "q35", "-accel", m.Accel,
		"-cpu", processor,
		"-smp", strconv.Itoa(m.CPUs), "-m", strconv.Itoa(m.Memory),
		"-kernel", m.Kernel.image(), "-initrd", b.initrd(), "-append", commandLine,
		"-chardev", "file,id=console,path=" + comma(b.console), "-serial", "chardev:console",
		"-device", "virtio-serial-pci",
		"-chardev", "stdio,id=output,signal=off", "-device", "virtserialport,nr=1,chardev=output,name=" + guest.OutputPort,
		"-chardev", "file,id=status,path=" + comma(b.status()), "-device", "virtserialport,nr=2,chardev=status,name=" + guest.StatusPort,
		"-virtfs", "local,path=/,mount_tag=" + guest.RootTag + ",security_model=none,readonly=on,multidevs=remap",
	}
}

// processor is QEMU's best, without two features that are slow in emulation. Five levels
// of page tables (la57) are fatal to kernels before 5.5 or so, too. With fast string
// instructions (erms) kernels clear and copy memory byte by byte: a boot with forty starts
// of a program takes a fifth more processor time.
const processor = "max,la57=off,erms=off"

// comma writes a value of QEMU's options, which commas separate.
func comma(value string) string { return strings.ReplaceAll(value, ",", ",,") }

// commandLine makes the kernel end with QEMU on a panic, ready with its random
// numbers at once, and not slower than the emulation is. QEMU keeps translated code by
// its virtual address: with randomized ones each start of a program is translated anew,
// and forty starts of ip take 1.7 s more.
const commandLine = "console=ttyS0 rdinit=/init panic=-1 random.trust_cpu=on tsc=reliable mitigations=off nokaslr norandmaps cryptomgr.notests=1 init_on_alloc=0"

// writeInitrd writes the files that the machine has before it sees the host's:
// this program as its first process, its job, and the drivers for the rest.
func (b *boot) writeInitrd(p *Program) error {
	k := b.machine.Kernel
	job, err := json.Marshal(guest.Job{
		Args: p.Args, Dir: p.Dir, Env: p.Env,
		Release: k.Release, Modules: k.modules(), Config: k.config(),
	})
	if err != nil {
		return err
	}
	self, err := staticSelf()
	if err != nil {
		return err
	}
	f, err := os.Create(b.initrd())
	if err != nil {
		return err
	}
	defer f.Close()
	a := newInitramfs(f)
	a.file("init", 0o755, self)
	a.file(guest.File, 0o644, job)
	if err := b.addDrivers(a); err != nil {
		return err
	}
	if err := a.close(); err != nil {
		return err
	}
	return f.Close()
}

func (b *boot) addDrivers(a *initramfs) error {
	k := b.machine.Kernel
	x, err := modules.Open(k.modules())
	if err != nil {
		return err
	}
	below := strings.TrimPrefix(guest.ModulesOf(k.Release), "/")
	for _, file := range append(guest.DriverFiles(x), modules.DepFile, modules.AliasFile) {
		content, err := os.ReadFile(filepath.Join(k.modules(), file))
		if err != nil {
			return err
		}
		a.file(filepath.Join(below, file), 0o644, content)
	}
	return nil
}

// staticSelf returns this program's file, which must need no other file.
func staticSelf() ([]byte, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := elf.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return nil, fmt.Errorf("cannot boot %q: it is linked dynamically (build it with CGO_ENABLED=0)", name)
		}
	}
	return os.ReadFile(name)
}

// Available returns an [UnavailableError] where there is no QEMU.
func Available() error {
	if _, err := exec.LookPath(qemu); err != nil {
		return &UnavailableError{What: "QEMU", Err: err}
	}
	return nil
}

// run runs QEMU until the machine is switched off.
func (b *boot) run(ctx context.Context, output io.Writer) (int, error) {
	cmd := exec.CommandContext(ctx, qemu, b.arguments()...)
	said := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = output, said
	cmd.WaitDelay = time.Second
	// A port is closed to the machine as soon as its standard input has ended.
	if _, err := cmd.StdinPipe(); err != nil {
		return 0, err
	}
	err := cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		return 0, cause
	}
	if status, ok := b.readStatus(); ok {
		return status, nil
	}
	if err != nil {
		err = errors.New(strings.TrimSpace(fmt.Sprintf("QEMU: %v: %s", err, said)))
	}
	return 0, &StoppedError{Err: err, Console: b.lastMessages()}
}

func (b *boot) readStatus() (int, bool) {
	text, err := os.ReadFile(b.status())
	if err != nil {
		return 0, false
	}
	status, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return status, err == nil
}

// lastMessages returns the end of the console.
func (b *boot) lastMessages() string {
	text, err := os.ReadFile(b.console)
	if err != nil {
		return err.Error()
	}
	return endOfLog(string(text))
}

// endOfLog returns the last 30 lines of a kernel's log or, if the kernel panicked,
// those from the reason on, at most 60: the registers and the stack come after it,
// and more stacks follow where more processors are.
func endOfLog(text string) string {
	const usual, most = 30, 60
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r", "")), "\n")
	first := max(0, len(lines)-usual)
	if i := slices.IndexFunc(lines, fatal); i >= 0 {
		first = min(first, i)
	}
	return strings.Join(lines[first:min(len(lines), first+most)], "\n")
}

// fatal reports whether a line of the kernel's log is the first of a panic or oops.
func fatal(line string) bool {
	for _, start := range []string{"Kernel panic - not syncing: ", "BUG: ", "kernel BUG at ", "Oops: "} {
		if strings.Contains(line, start) {
			return true
		}
	}
	return false
}
