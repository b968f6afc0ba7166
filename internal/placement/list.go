package placement

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/internal/escape"
	"github.com/vethlab/vethlab/internal/guarded"
	"github.com/vethlab/vethlab/internal/sandbox"
	"github.com/vethlab/vethlab/topo"
)

// listTime is how long ls may take inside a sandbox. The processes of a sandbox must not
// keep a command from the other labs.
const listTime = 5 * time.Second

// labsIn runs ls inside a sandbox and returns its labs. A sandbox without a lab of its name,
// as after a crash, is returned as an incomplete one too, and one whose labs can't be listed
// as an unreachable one.
func labsIn(found sandbox.Found) []Lab {
	own := Lab{LabInfo: vethlab.LabInfo{Name: found.Lab, Nodes: []string{}}, Sandbox: found.Lab}
	labs, err := list(found)
	switch {
	case errors.Is(err, sandbox.ErrEnded):
		return nil
	case err != nil:
		own.Unreachable = err.Error()
		return []Lab{own}
	case !slices.ContainsFunc(labs, func(l Lab) bool { return l.Name == found.Lab }):
		own.Incomplete, own.NotFound = true, true
		labs = append(labs, own)
	}
	return labs
}

// list returns the labs that ls finds in a sandbox.
func list(found sandbox.Found) ([]Lab, error) {
	if found.Err != nil {
		return nil, listError(found.Lab, found.Err)
	}
	defer found.Box.Close()
	var messages []byte
	out, code, err := Output(func(stdout *os.File) (code int, err error) {
		messages, _, err = Output(func(stderr *os.File) (_ int, err error) {
			code, err = found.Box.RunWithin(listTime, []string{ProgramName, "ls", "-o", "json"}, nil, stdout, stderr)
			return code, err
		})
		return code, err
	})
	if entry := (*sandbox.EntryError)(nil); errors.Is(err, sandbox.ErrEnded) || errors.As(err, &entry) {
		return nil, err
	}
	if err == nil && code != 0 {
		err = errors.New(cmp.Or(firstLine(messages), fmt.Sprintf("vethlab ls in the sandbox ended with exit code %d", code)))
	}
	if err != nil {
		return nil, listError(found.Lab, err)
	}
	labs, err := parseLabs(out, found.Lab)
	if err != nil {
		return nil, listError(found.Lab, err)
	}
	return labs, nil
}

// parseLabs parses the output of ls in a sandbox. A process there may have written it.
func parseLabs(text []byte, sandbox string) ([]Lab, error) {
	var infos []vethlab.LabInfo
	if err := json.Unmarshal(text, &infos); err != nil {
		return nil, fmt.Errorf("cannot parse the output of vethlab ls in the sandbox: %w", err)
	}
	var labs []Lab
	for _, info := range infos {
		if topo.CheckName(info.Name) != nil {
			continue
		}
		info.Nodes = slices.DeleteFunc(info.Nodes, func(node string) bool { return topo.CheckName(node) != nil })
		info.Foreign = false
		labs = append(labs, Lab{LabInfo: info, Sandbox: sandbox})
	}
	return labs, nil
}

func listError(lab string, err error) error {
	return fmt.Errorf("cannot list the sandbox of lab %s: %w\n  Take it down: vethlab down %s", lab, err, lab)
}

// firstLine returns the first line of the messages of this program.
func firstLine(messages []byte) string {
	line, _, _ := strings.Cut(string(messages), "\n")
	return escape.Line(strings.TrimPrefix(line, ProgramName+": "))
}

// Output returns what run writes to a file, at most [guarded.MaxInput] bytes. A process that
// still has the file open when run returns can't keep Output: one that was started for
// another sandbox at the same moment, and stopped there before it could close the file.
func Output(run func(file *os.File) (code int, err error)) (out []byte, code int, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, 0, err
	}
	defer read.Close()
	captured := make(chan error, 1)
	go func() {
		var err error
		if out, err = guarded.ReadAll(read, "the output of a command in a sandbox"); errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil // the output of run is complete
		}
		captured <- err
	}()
	code, err = run(write)
	write.Close()
	_ = read.SetReadDeadline(time.Now().Add(drainTime)) // pipes have deadlines
	return out, code, errors.Join(err, <-captured)
}

// drainTime is how long it may take to read what is left in a pipe.
const drainTime = time.Second
