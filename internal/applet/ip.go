package applet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
)

// The exit codes of ip(8).
const (
	ipNoObject    = 1
	ipKernelError = 2
	ipSyntaxError = 255
)

// IPHelp reports whether the words after ip ask for help, unless they are the arguments
// of netns exec.
func IPHelp(args []string) bool {
	if _, _, ok := netnsExec(args); ok {
		return false
	}
	return len(args) == 0 || args[0] == "-h" || args[0] == "--help" || slices.Contains(args, "help")
}

// IP carries out the words after ip, as ip(8) does.
func IP(ctx context.Context, args []string, s IO) error {
	if namespace, argv, ok := netnsExec(args); ok { // first: options after it belong to that program
		return s.ipExec(namespace, argv)
	}
	if file, force, ok := batchFile(args); ok {
		return s.ipBatch(ctx, file, force)
	}
	q, err := ipshow.ParseQuery(args)
	if err == nil && q != nil && q.Namespace != state.Host {
		err = checkName(q.Namespace)
	}
	switch {
	case err != nil:
		return &ExitError{ipSyntaxError, err}
	case q != nil:
		return s.ipShow(q)
	}
	changes, err := iproute2.ParseWords(append([]string{"ip"}, args...))
	if err != nil {
		return &ExitError{ipSyntaxError, err}
	}
	return ipChange(ctx, changes)
}

// batchFile returns the file of a command such as "-batch FILE".
func batchFile(args []string) (file string, force, ok bool) {
	for i, arg := range args {
		switch arg {
		case "-force":
			force = true
		case "-b", "-batch":
			if i+1 < len(args) {
				return args[i+1], force || slices.Contains(args, "-force"), true
			}
		}
	}
	return "", false, false
}

// ipBatch runs the commands of a file, one a line, up to the first that fails or, with
// force, all.
func (s IO) ipBatch(ctx context.Context, file string, force bool) error {
	in := s.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return &ExitError{ipNoObject, err}
		}
		defer f.Close()
		in = f
	}
	var failed error
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		args, err := iproute2.Split(lines.Text())
		if err == nil && len(args) > 0 {
			err = IP(ctx, args, s)
		}
		if err == nil {
			continue
		}
		failed = &ExitError{ipNoObject, fmt.Errorf("%s:%d: %w", file, n, err)}
		if !force {
			return failed
		}
		s.Notice("%v", failed)
		failed = &ExitError{Code: ipNoObject}
	}
	return errors.Join(failed, lines.Err())
}

// netnsExec returns the namespace and the command of "netns exec".
func netnsExec(args []string) (namespace string, argv []string, ok bool) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) < 4 || !abbreviates(args[0], "netns", "net") || !abbreviates(args[1], "exec", "e") {
		return "", nil, false
	}
	return args[2], args[3:], true
}

func abbreviates(word, whole, least string) bool {
	return strings.HasPrefix(whole, word) && strings.HasPrefix(word, least)
}

// ipExec replaces this program by a command inside a namespace.
func (s IO) ipExec(namespace string, argv []string) error {
	if err := checkName(namespace); err != nil {
		return &ExitError{ipSyntaxError, err}
	}
	path, err := exec.LookPath(argv[0])
	if err == nil {
		skipped := func(err error) { s.Notice("%v", err) }
		err = netns.ExecEnv{Namespace: namespace, Skipped: skipped}.Exec(path, argv, os.Environ())
	}
	return &ExitError{ipCode(err), explain(err)}
}

func (s IO) ipShow(q *ipshow.Query) error {
	show := showInside
	if q.Object == "netns" {
		show = showNamespaces
	}
	text, err := show(q)
	if err != nil {
		return &ExitError{ipCode(err), explain(err)}
	}
	s.print("%s", text)
	return nil
}

func showInside(q *ipshow.Query) (string, error) {
	ns, err := kernel.Dump(q.Namespace)
	if err != nil {
		return "", err
	}
	if !q.Get.IsValid() {
		return q.Show(ns)
	}
	q.UID = os.Getuid()
	path, err := kernel.RouteTo(q.Namespace, q.Get)
	if err != nil {
		return "", err
	}
	return q.ShowRouteGet(ns, path)
}

func showNamespaces(q *ipshow.Query) (string, error) {
	names, err := netns.List()
	if err != nil {
		return "", err
	}
	numbers, err := kernel.NSIDs(names)
	if err != nil {
		return "", err
	}
	return q.ShowNamespaces(names, numbers)
}

// ipChange makes the changes of one command.
func ipChange(ctx context.Context, changes plan.Plan) error {
	for _, op := range changes {
		if err := prepareName(op); err != nil {
			return &ExitError{ipNoObject, explain(err)}
		}
	}
	err := kernel.Apply(ctx, changes, state.New(), kernel.Options{})
	if err == nil {
		return nil
	}
	code := ipCode(err)
	if op, ok := errors.AsType[*kernel.OpError](err); ok {
		err = fmt.Errorf("%s: %w", iproute2.Print(op.Op), op.Err)
	}
	return &ExitError{code, explain(err)}
}

// checkName returns an error for a name that is not a file in /run/netns.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || strings.Contains(name, "/") {
		return fmt.Errorf("invalid namespace name %q", name)
	}
	return nil
}

// prepareName checks that the namespace of an Op that makes or deletes one has a valid
// name and does not, or does, exist. For the first namespace it sets up /run/netns.
func prepareName(op plan.Op) error {
	name := op.At().Namespace
	makes, deletes := plan.AboutNamespace(op)
	if !makes && !deletes {
		return nil
	}
	if err := checkName(name); err != nil {
		return err
	}
	switch taken := netns.Exists(name); {
	case makes && taken:
		return fmt.Errorf("namespace %q already exists", name)
	case deletes && !taken:
		return fmt.Errorf("namespace %q does not exist", name)
	case makes:
		return sandbox.ShareNames()
	}
	return nil
}

// ipCode returns the exit code of ip(8) for an error.
func ipCode(err error) int {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ipSyntaxError
	case errors.Is(err, unix.ENODEV), errors.Is(err, fs.ErrExist), errors.Is(err, exec.ErrNotFound):
		return ipNoObject
	case errors.As(err, new(unix.Errno)):
		return ipKernelError
	}
	return ipNoObject
}
