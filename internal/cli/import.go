package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vethlab/vethlab/internal/adopt"
	"github.com/vethlab/vethlab/internal/shell"
)

// importFlags are the flags of import.
type importFlags struct {
	from   string
	name   string
	output string
	strict bool
}

func newImport(p *program) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE [ARG...]",
		Short: "Make a lab file of a shell script",
		Long: `Read a shell script that makes namespaces, and write the lab file that comes to
the same. The script is not run: vethlab follows it, through variables, loops,
functions and sourced files, and plays its commands on paper. ARGs are its $1, $2 …

What a lab file can't hold stays in it as a comment, with its place and the
reason, and is counted; with --strict that is a failure.`,
		Example: `  vethlab import setup.sh
  vethlab import net.sh up -o vethlab.yaml && vethlab up`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := p.adopt(f, args)
			if err != nil {
				return err
			}
			return p.adopted(r, f)
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&f.name, "name", "", "call the lab `NAME`; the default is that of the file")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "fail if anything is not in the file")
	return cmd
}

// adopt reads what args name.
func (p *program) adopt(f importFlags, args []string) (*adopt.Result, error) {
	data, err := p.read(args[0])
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	name := f.name
	if name == "" {
		name = labName(args[0])
	}
	r, err := adopt.Script(name, shell.Script{File: args[0], Text: string(data), Args: args[1:]}, beside(args[0]))
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	return r, nil
}

// labName returns the name of a lab that is made of a file.
func labName(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// maxSourced is the size of the largest file that a script may read commands from.
const maxSourced = 1 << 20

// beside returns how to read the files that belong to one: those in its folder, in
// the one above, and below. Others are not looked at.
func beside(file string) func(string) (string, error) {
	return func(name string) (string, error) {
		above := filepath.Join(filepath.Dir(file), "..")
		root, err := os.OpenRoot(above)
		if err != nil {
			return "", err
		}
		defer root.Close()
		candidates := []string{name}
		if !filepath.IsAbs(name) {
			candidates = append(candidates, filepath.Join(filepath.Dir(file), name))
		}
		err = fmt.Errorf("%s is not beside the script", name)
		for _, c := range candidates {
			text, readErr := readIn(root, above, c)
			if readErr == nil {
				return text, nil
			}
			if !errors.Is(readErr, os.ErrNotExist) && !errors.Is(readErr, errOutside) {
				err = readErr
			}
		}
		return "", err
	}
}

var errOutside = errors.New("outside")

// readIn reads a file that is below a folder.
func readIn(root *os.Root, folder, name string) (string, error) {
	base, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	whole, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(base, whole)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return "", errOutside
	}
	info, err := root.Stat(rel)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", name)
	}
	f, err := root.Open(rel)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSourced+1))
	if len(text) > maxSourced {
		return "", fmt.Errorf("%s is larger than 1 MiB", path.Base(name))
	}
	return string(text), err
}

// adopted writes the file and says what is not in it.
func (p *program) adopted(r *adopt.Result, f importFlags) error {
	if f.strict {
		if lost := r.Lost(); len(lost) > 0 {
			for _, n := range lost {
				p.out.say("%s", n)
			}
			return errors.New(r.Summary())
		}
	}
	text := r.File()
	if f.output == "" {
		p.out.write(text)
	} else if err := os.WriteFile(f.output, text, 0o644); err != nil {
		return err
	}
	for _, n := range r.Notes {
		if !n.Lost {
			p.out.say("%s", n)
		}
	}
	if s := r.Summary(); s != "" {
		p.out.say("%s: see its comments", s)
	}
	return nil
}
