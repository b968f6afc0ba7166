package feature

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

// childName is what a program that is started to try features is called.
const childName = "vethlab: trying what can be done here"

// childFile is where it writes what it found. File 3 is the sandbox's.
const childFile = 4

// wired is set by a program that can be started again.
var wired atomic.Bool

// Child does what this program has been started for, if that is to try features,
// and reports whether it was. A program calls it first of all, after sandbox.Main,
// and ends if it returns true.
func Child() bool {
	wired.Store(true)
	if os.Args[0] != childName {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), tryTime)
	defer cancel()
	var asked []*Feature
	for _, name := range os.Args[1:] {
		if f := byName(name); f != nil {
			asked = append(asked, f)
		}
	}
	told := map[string]answer{}
	for i, reason := range tryOwn(ctx, asked) {
		told[asked[i].Name] = newAnswer(reason)
	}
	file := os.NewFile(childFile, "answers")
	defer file.Close()
	_ = json.NewEncoder(file).Encode(told) // who does not hear it says so
	return true
}

func byName(name string) *Feature {
	for _, f := range All() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// An answer is what trying a feature came to, as one program tells another.
type answer struct {
	Text    string        `json:",omitempty"` // "" if the feature is there
	Errno   syscall.Errno `json:",omitempty"`
	Untried bool          `json:",omitempty"`
}

func newAnswer(reason error) answer {
	if reason == nil {
		return answer{}
	}
	a := answer{Text: reason.Error(), Untried: Untried(reason)}
	errors.As(reason, &a.Errno)
	return a
}

// reason makes an error of an answer.
func (a answer) reason() error {
	switch {
	case a.Text == "":
		return nil
	case a.Untried:
		return errTime
	}
	return toldError{a}
}

// A toldError is an error that another program had.
type toldError struct{ answer }

func (e toldError) Error() string { return e.Text }

// Unwrap returns the kernel's reason.
func (e toldError) Unwrap() error { return e.Errno }

// inSandbox has features tried by this very program, started once more in a
// sandbox. The error says that it could not be made.
func inSandbox(ctx context.Context, features []*Feature) (told map[string]answer, err error) {
	if !wired.Load() {
		return nil, errUnwired
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{childName}
	for _, f := range features {
		if f != Rootless {
			cmd.Args = append(cmd.Args, f.Name)
		}
	}
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = write, write, write // it has nothing to say, and there may be no /dev/null
	cmd.ExtraFiles = []*os.File{write}
	err = netns.OnThread(func() error { // with which the child ends
		err := sandbox.Try(cmd)
		write.Close()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(read)
		if err := errors.Join(err, cmd.Wait()); err != nil {
			return childError(ctx, err)
		}
		return json.Unmarshal(text, &told)
	})
	return told, err
}

// childError is of a child that could be started, and failed.
func childError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errTime
	}
	return err
}
