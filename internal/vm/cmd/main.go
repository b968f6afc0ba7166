//go:build linux

// Cmd runs a program in a virtual machine with another kernel:
//
//	go test -exec 'go run github.com/vethlab/vethlab/internal/vm/cmd -kernel 6.1' ./internal/kernel
//
// Its exit code is the program's, 124 at the time limit, 125 if the machine
// stopped early, and 69 if QEMU or the kernel is not available.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/vethlab/vethlab/internal/vm"
	"github.com/vethlab/vethlab/internal/vm/guest"
)

// Statuses of the command's own, as those of timeout(1) and sysexits.h.
const (
	statusUsage       = 2
	statusUnavailable = 69
	statusLimit       = 124
	statusStopped     = 125
)

func main() {
	if guest.Main(os.Args) {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	status, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vm:", err)
	}
	os.Exit(status)
}

// options are the command's flags.
type options struct {
	kernel, console, accel string
	latest, fetch          bool
	limit                  time.Duration
	cpus, memory           int
	program                []string
}

func parse(args []string) (*options, error) {
	o := new(options)
	series := os.Getenv("KERNEL")
	if series == "" {
		series = "6.12"
	}
	flags := flag.NewFlagSet("vm", flag.ContinueOnError)
	flags.StringVar(&o.kernel, "kernel", series, "the kernel: "+strings.Join(vm.Series(), ", ")+" (default also in $KERNEL)")
	flags.BoolVar(&o.latest, "latest", false, "download the kernel again, in the version that Debian has now")
	flags.BoolVar(&o.fetch, "fetch", false, "only download the kernel, and run no program")
	flags.DurationVar(&o.limit, "timeout", 0, "end the machine after this time (default: 30 s after the program's own -test.timeout, or 10 m)")
	flags.StringVar(&o.console, "console", "", "write the kernel's messages to this file")
	flags.StringVar(&o.accel, "accel", vm.Emulation, "QEMU's accelerator; kvm is faster, where the machine and the kernel can do it")
	flags.IntVar(&o.cpus, "cpus", 1, "processors, all of which tcg runs on one thread")
	flags.IntVar(&o.memory, "memory", 2048, "memory, in MiB")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if !slices.Contains(vm.Series(), o.kernel) {
		return nil, fmt.Errorf("unknown kernel %q (want %s)", o.kernel, strings.Join(vm.Series(), ", "))
	}
	o.program = flags.Args()
	if len(o.program) == 0 && !o.fetch {
		flags.Usage()
		return nil, errors.New("no program is given")
	}
	if o.limit == 0 {
		o.limit = limitOf(o.program)
	}
	return o, nil
}

// limitOf returns a limit for a test program, which has one itself.
func limitOf(program []string) time.Duration {
	for _, arg := range program {
		if value, ok := strings.CutPrefix(arg, "-test.timeout="); ok {
			if d, err := time.ParseDuration(value); err == nil && d > 0 {
				return d + 30*time.Second // the machine's start, and the program's own report
			}
		}
	}
	return 10 * time.Minute
}

func run(ctx context.Context, args []string) (int, error) {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0, nil
	}
	if err != nil {
		return statusUsage, err
	}
	status, err := boot(ctx, o)
	switch unavailable, stopped := (*vm.UnavailableError)(nil), (*vm.StoppedError)(nil); {
	case errors.As(err, &unavailable):
		return statusUnavailable, err
	case errors.As(err, &stopped):
		return statusStopped, err
	case errors.Is(err, vm.ErrLimit):
		return statusLimit, fmt.Errorf("%w: %s", err, o.limit)
	case err != nil:
		return statusStopped, err
	}
	return status, nil
}

func boot(ctx context.Context, o *options) (int, error) {
	if err := vm.Available(); err != nil {
		return 0, err
	}
	cache, err := vm.UserCache()
	if err != nil {
		return 0, err
	}
	kernel, err := cache.Kernel(ctx, o.kernel, o.latest)
	if err != nil || o.fetch {
		return 0, err
	}
	program, err := program(o.program)
	if err != nil {
		return 0, err
	}
	machine := vm.Machine{Kernel: kernel, CPUs: o.cpus, Memory: o.memory, Accel: o.accel, Limit: o.limit, Console: o.console}
	return machine.Run(ctx, program, os.Stdout)
}

// program returns a program as it would run here.
func program(args []string) (*vm.Program, error) {
	file, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	if file, err = filepath.Abs(file); err != nil {
		return nil, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return &vm.Program{Args: append([]string{file}, args[1:]...), Dir: dir, Env: environment(os.Environ())}, nil
}

// environment leaves out what names sockets and folders of the host's /run,
// which the machine doesn't see.
func environment(env []string) []string {
	var kept []string
	for _, assignment := range env {
		key, value, _ := strings.Cut(assignment, "=")
		if !strings.HasPrefix(value, "/run/") && !strings.HasPrefix(value, "unix:") && key != "" {
			kept = append(kept, assignment)
		}
	}
	return kept
}
