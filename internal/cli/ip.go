package cli

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

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/ipshow"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/state"
)

func newIP(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "ip [OPTIONS] OBJECT COMMAND ...",
		Short: "ip(8) for machines without iproute2, in the current namespace",
		Long: `Change or show links, addresses, routes and namespaces with the syntax and the
output of ip(8). iproute2 need not be installed:

  ip netns    add NAME, del NAME, list, exec NAME CMD ...
  ip link     add, set, del, show: veth pairs and bridges; of other kinds, show
  ip addr     add, replace, del, flush, show
  ip route    add, replace, del, show
  ip rule, ip neigh    show

  -n NAME  in that namespace       -4, -6  one family     -br, -o, -d, -s  detail
  -j, -p   JSON, indented          -batch FILE, -force    commands from a file

As root it changes any namespace, also those that no lab owns; all other commands
change only labs. Without root, use it in vethlab shell --new.

Exit codes are those of ip: 1 if an object does not exist, 2 if the kernel refused,
255 for a syntax error; with netns exec, that of CMD.`,
		Example: `  vethlab ip netns add ns1
  vethlab ip link add veth0 type veth peer name veth1
  vethlab ip link set veth0 netns ns1
  vethlab ip -n ns1 addr add 172.18.0.2/24 dev veth0
  vethlab ip netns exec ns1 vethlab ip -br addr`,
		DisableFlagsInUseLine: true,
		DisableFlagParsing:    true, // the words are ip's
		RunE: func(cmd *cobra.Command, args []string) error {
			if wantsHelp(args) {
				return cmd.Help()
			}
			return p.ip(cmd.Context(), args)
		},
	}
}

// The exit codes of ip.
const (
	ipNoObject    = 1
	ipKernelError = 2
	ipSyntaxError = 255
)

// wantsHelp reports whether the words ask for help, unless they are the arguments of
// netns exec.
func wantsHelp(args []string) bool {
	if _, _, ok := netnsExec(args); ok {
		return false
	}
	return len(args) == 0 || args[0] == "-h" || args[0] == "--help" || slices.Contains(args, "help")
}

func (p *program) ip(ctx context.Context, args []string) error {
	if namespace, argv, ok := netnsExec(args); ok { // first: options after it belong to that program
		return p.ipExec(namespace, argv)
	}
	if file, force, ok := batchFile(args); ok {
		return p.ipBatch(ctx, file, force)
	}
	q, err := ipshow.ParseQuery(args)
	if err == nil && q != nil && q.Namespace != state.Host {
		err = checkName(q.Namespace)
	}
	switch {
	case err != nil:
		return exitError{ipSyntaxError, err}
	case q != nil:
		return p.ipShow(q)
	}
	changes, err := iproute2.ParseWords(append([]string{"ip"}, args...))
	if err != nil {
		return exitError{ipSyntaxError, err}
	}
	return p.ipChange(ctx, changes)
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
func (p *program) ipBatch(ctx context.Context, file string, force bool) error {
	in := p.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return exitError{ipNoObject, err}
		}
		defer f.Close()
		in = f
	}
	var failed error
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		args, err := iproute2.Split(lines.Text())
		if err == nil && len(args) > 0 {
			err = p.ip(ctx, args)
		}
		if err == nil {
			continue
		}
		failed = exitError{ipNoObject, fmt.Errorf("%s:%d: %w", file, n, err)}
		if !force {
			return failed
		}
		p.out.notice("%v", failed)
		failed = exitError{code: ipNoObject}
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
func (p *program) ipExec(namespace string, argv []string) error {
	if err := checkName(namespace); err != nil {
		return exitError{ipSyntaxError, err}
	}
	path, err := exec.LookPath(argv[0])
	if err == nil {
		skipped := func(err error) { p.out.notice("%v", err) }
		err = netns.ExecEnv{Namespace: namespace, Skipped: skipped}.Exec(path, argv, os.Environ())
	}
	return exitError{ipCode(err), p.withShellHint(err)}
}

func (p *program) ipShow(q *ipshow.Query) error {
	var text string
	var err error
	if q.Object == "netns" {
		text, err = showNamespaces(q)
	} else {
		text, err = showInside(q)
	}
	if err != nil {
		return exitError{ipCode(err), p.withShellHint(err)}
	}
	p.out.printExact(text)
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
	way, err := kernel.RouteTo(q.Namespace, q.Get)
	if err != nil {
		return "", err
	}
	return q.ShowRouteGet(ns, way)
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
func (p *program) ipChange(ctx context.Context, changes plan.Plan) error {
	for _, op := range changes {
		if err := prepareName(op); err != nil {
			return exitError{ipNoObject, p.withShellHint(err)}
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
	return exitError{code, p.withShellHint(err)}
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

// withShellHint adds a hint to an error for lack of permission.
func (p *program) withShellHint(err error) error {
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return permissionError{err}
	}
	return err
}

// A permissionError is an error for lack of permission in the host namespace.
type permissionError struct{ err error }

func (e permissionError) Error() string {
	return e.err.Error() + "\n  this is the host namespace; for a namespace in which you are root: vethlab shell --new"
}
