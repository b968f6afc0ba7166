package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/guarded"
	"github.com/vethlab/vethlab/internal/importer"
	"github.com/vethlab/vethlab/internal/importer/machine"
	"github.com/vethlab/vethlab/internal/kernel"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/internal/words"
)

// importFlags are the flags of import.
type importFlags struct {
	from    string
	name    string
	output  string
	sources string
	strict  bool
	live    bool
	all     bool
}

func newImport(p *program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE [ARG...]",
		Short: "Make a lab file from a shell script, another tool's file, or running namespaces",
		Long: `Convert FILE to a lab file, and write it to standard output.

FILE is a shell script of ip, bridge, brctl, sysctl, nft … commands. It is not run:
vethlab evaluates it, with variables, loops, functions and sourced files, and applies
its commands to a model. ARGs are its $1, $2 …, also those that begin with "-": flags
of import go before FILE. Or FILE is a topology of containerlab or netlab, a
specification of tinet, or the lab.conf of Kathará. The format is detected from its
name and contents, or given with --from.

With --live it reads the named namespaces of this machine, or all; of the host
namespace it takes only what is connected to them, or with --all every bridge and
veth pair.

What a lab file can't express becomes a comment with its line and the reason, and is
counted; with --strict it is a failure.`,
		Example: `  vethlab import setup.sh
  vethlab import -o vethlab.yaml net.sh up && vethlab up
  vethlab import lab.clab.yml
  sudo vethlab import --live ns1 ns2`,
		Args:              p.importArguments(&f),
		ValidArgsFunction: p.completeImport(&f),
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := p.importNames(cmd, &f, args)
			if err != nil {
				return err
			}
			r, err := p.runImport(cmd, f, args)
			if err != nil {
				return err
			}
			return p.writeImport(r, f)
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&f.name, "name", "", "call the lab `NAME`; the default is that of the file")
	cmd.Flags().StringVar(&f.from, "from", "", "read a file of this `FORMAT`: "+strings.Join(formats(), ", "))
	cmd.Flags().StringVar(&f.sources, "sources", "", "let a script read files below `FOLDER`; the default is that of FILE")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "fail if the file would have a comment")
	cmd.Flags().BoolVar(&f.live, "live", false, "read the namespaces of this machine")
	cmd.Flags().BoolVar(&f.all, "all", false, "with --live: also bridges and pairs of the host namespace")
	cmd.Flags().SetInterspersed(false) // what follows FILE is the script's
	// It fails only for an undefined flag.
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// importNames returns the arguments. Those after FILE are the script's, also if they
// begin with "-"; with --live, flags may follow namespaces.
func (p *program) importNames(cmd *cobra.Command, f *importFlags, args []string) ([]string, error) {
	if f.live {
		cmd.Flags().SetInterspersed(true)
		if err := cmd.ParseFlags(args); err != nil {
			return nil, usageError{cmd, err}
		}
		args = cmd.Flags().Args()
		return args, p.importArguments(f)(cmd, args)
	}
	for _, a := range args[1:] {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if isFlag := cmd.Flags().Lookup(name) != nil || len(name) == 1 && cmd.Flags().ShorthandLookup(name) != nil; isFlag && a != name {
			p.out.hint("%s comes after FILE, so it is an argument of the script (flags of import go before FILE)", a)
		}
	}
	return args, nil
}

func formats() []string {
	var list []string
	for _, f := range importer.Formats() {
		list = append(list, string(f))
	}
	return list
}

func (p *program) importArguments(f *importFlags) cobra.PositionalArgs {
	return arguments(func(_ *cobra.Command, args []string) error {
		switch {
		case f.live && f.from != "":
			return errors.New("give --live or --from, not both")
		case f.all && !f.live:
			return errors.New("--all needs --live")
		case !f.live && len(args) == 0:
			return errors.New("give a file, or --live for the namespaces of this machine")
		}
		return nil
	})
}

// completeImport completes files or, with --live, the names of namespaces.
func (p *program) completeImport(f *importFlags) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if !f.live {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var names []string
		if view, err := kernel.ObserveAll(); err == nil {
			names = view.State.Names()
		}
		return completions(names), cobra.ShellCompDirectiveNoFileComp
	}
}

// runImport imports the file or the namespaces that args name.
func (p *program) runImport(cmd *cobra.Command, f importFlags, args []string) (*importer.Result, error) {
	if f.live {
		return p.importLive(f, args)
	}
	file := args[0]
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		file = filepath.Join(file, "lab.conf")
	}
	data, err := p.read(file)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	format := importer.Format(f.from)
	if format == "" {
		if format = importer.Guess(file, data); format == "" {
			return nil, exitError{exitUsage, fmt.Errorf("%s is a lab file already", file)}
		}
	}
	if format != importer.FormatScript && len(args) > 1 {
		return nil, usageError{cmd, fmt.Errorf("unexpected argument %q: only a script takes arguments; flags go before FILE", args[1])}
	}
	r, err := importer.Import(format, f.name, importer.File{Name: file, Data: data, Lab: labName(file), Source: sourcedFiles(file, f.sources)}, args[1:])
	if errors.Is(err, importer.ErrFormat) {
		err = usageError{cmd, fmt.Errorf("unknown import format %q%s", f.from, words.DidYouMean(f.from, formats()))}
	}
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return r, nil
}

// importLive imports namespaces of this machine.
func (p *program) importLive(f importFlags, names []string) (*importer.Result, error) {
	p.noteIgnored()
	if err := p.process.ReexecInOnlySandbox(); err != nil {
		return nil, err
	}
	if !sandbox.Privileged() {
		return nil, errors.New("only root can look into the namespaces of this machine: sudo vethlab import --live")
	}
	m, err := machine.Read(names)
	if err != nil {
		return nil, err
	}
	return importer.Live(f.name, m, names, f.all)
}

// labName returns the default name of an imported lab.
func labName(file string) string {
	if abs, err := filepath.Abs(file); err == nil && file != stdinFile {
		file = abs
	}
	return importer.LabName(file)
}

// sourcedFiles returns a function that reads the files that a script sources, see
// [guarded.IncludedFiles].
func sourcedFiles(file, folder string) func(string) (string, error) {
	files := guarded.IncludedFiles{File: file, Folder: folder}
	return func(name string) (string, error) {
		text, err := files.Read(name)
		if outside := (*guarded.OutsideError)(nil); errors.As(err, &outside) {
			err = fmt.Errorf("%w (to read below another folder: --sources FOLDER)", err)
		}
		return text, err
	}
}

// writeImport writes the lab file and reports what was left out.
func (p *program) writeImport(r *importer.Result, f importFlags) error {
	lost := r.Lost()
	if f.strict && len(r.Notes) > 0 {
		for _, n := range r.Notes {
			p.out.notice("%s", n)
		}
		return errors.New(cmp.Or(r.Summary(), words.Plural(len(r.Notes), "comment")+" in the file"))
	}
	text := r.File()
	if f.output == "" {
		p.out.write(text)
	} else if err := os.WriteFile(f.output, text, 0o666); err != nil {
		return err
	}
	for _, n := range r.Notes {
		if !n.Lost {
			p.out.notice("%s", n)
		}
	}
	if len(lost) > 0 {
		p.out.notice("%s: see its comments", r.Summary())
	}
	if len(r.Topology.Nodes)+len(r.Topology.Links) == 0 {
		p.out.hint("%s", whyEmpty(r, f))
	}
	return nil
}

// whyEmpty returns why an imported lab may have neither nodes nor links.
func whyEmpty(r *importer.Result, f importFlags) string {
	switch {
	case f.live:
		return "the lab is empty: the namespaces have no links besides lo"
	case r.FromScript():
		return "the lab is empty: does it want arguments, as in vethlab import FILE up?"
	}
	return "the lab is empty: the file has neither nodes nor links"
}
