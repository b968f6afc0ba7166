package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/consent"
	"github.com/vethlab/vethlab/internal/guarded"
	"github.com/vethlab/vethlab/topo"
)

// stdinFile is the FILE that means standard input.
const stdinFile = "-"

var errNoFile = errors.New("no lab file here (vethlab.yaml or *.vethlab.yaml): name one")

// isFile reports whether an argument is a lab file, not the name of a running lab.
func isFile(arg string) bool {
	if arg == stdinFile || strings.Contains(arg, "/") || isYAML(arg) {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// folderFile returns the only lab file of the folder. The error is [errNoFile]
// if there is none.
func folderFile() (string, error) {
	entries, err := os.ReadDir(".")
	if err != nil {
		return "", err
	}
	var files []string
	for _, e := range entries {
		if isLabFile(e.Name()) && !e.IsDir() {
			files = append(files, e.Name())
		}
	}
	switch len(files) {
	case 0:
		return "", errNoFile
	case 1:
		return files[0], nil
	}
	return "", fmt.Errorf("several lab files here, name one: %s", strings.Join(files, ", "))
}

func isLabFile(name string) bool {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	return isYAML(name) && (base == "vethlab" || strings.HasSuffix(base, ".vethlab"))
}

// load reads the lab file in args or, by default, the only one of the folder. With a
// name the lab gets that one, see [topo.Checked.Renamed].
func (p *program) load(args []string, name string) (*vethlab.Lab, error) {
	if len(args) == 0 {
		file, err := folderFile()
		if err != nil {
			return nil, exitError{exitUsage, err}
		}
		args = []string{file}
	}
	data, writer, err := p.readFrom(args[0])
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	checked, err := p.check(args[0], data)
	if err != nil {
		return nil, err
	}
	if name != "" { // so that one file can be up under several names at the same time
		if err := topo.CheckName(name); err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("--name: %w", err)}
		}
		checked = checked.Renamed(name)
	}
	lab, err := vethlab.NewChecked(checked)
	if invalid := topo.Errors(nil); errors.As(err, &invalid) {
		invalid.AddSource(args[0], data)
	}
	if err != nil {
		return nil, err
	}
	if err := p.permitCommands(args[0], writer, lab.Topology().Tests); err != nil {
		return nil, err
	}
	return p.reportEvents(lab), nil
}

func (p *program) read(file string) ([]byte, error) {
	data, _, err := p.readFrom(file)
	return data, err
}

// readFrom reads a file or standard input and returns who else could have written it,
// see [consent.Writer].
func (p *program) readFrom(file string) (data []byte, writer string, err error) {
	if file == stdinFile {
		if f, ok := p.stdin.(*os.File); ok {
			writer = consent.Writer(f)
		}
		if p.process.Input == nil {
			input, err := guarded.ReadAll(p.stdin, "standard input")
			if err != nil {
				return nil, "", err
			}
			p.process.Input = append([]byte{}, input...) // not nil
		}
		return p.process.Input, writer, nil
	}
	// Without O_NONBLOCK a FIFO that nobody writes to would block, also for signals.
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	writer = consent.Writer(f)
	data, err = guarded.ReadAll(f, file)
	return data, writer, err
}

// A checkedFile is a lab file with its check.
type checkedFile struct {
	file string
	data []byte
	*topo.Checked
}

// check parses and checks a lab file, once for a command that reads it several times. The
// default name of the lab in vethlab.yaml is that of the folder, so the path has to be
// absolute.
func (p *program) check(file string, data []byte) (*topo.Checked, error) {
	if last := p.checked; last.Checked != nil && last.file == file && bytes.Equal(last.data, data) {
		return last.Checked, nil
	}
	path := file
	if isLabFile(file) && !strings.Contains(file, "/") {
		abs, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		path = abs
	}
	p.checked = checkedFile{file, data, topo.ParseChecked(path, file, data)}
	return p.checked.Checked, nil
}

// nameFlag is the help of --name.
const nameFlag = "call the lab `NAME`, and its namespaces NAME.node"
