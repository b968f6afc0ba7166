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

// childName is argv[0] of a program that is started to try features.
const childName = "vethlab: trying what can be done here"

// childFile is the descriptor that it writes its answers to. 3 is the sandbox's.
const childFile = 4

// childCalled is set by a program that calls [Child] and so can be re-executed.
var childCalled atomic.Bool

// Child tries features and returns true if this program was started for that.
// A program calls it right after sandbox.Main and exits if it returns true.
func Child() bool {
	childCalled.Store(true)
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
	results := map[string]answer{}
	for i, reason := range tryOwn(ctx, asked) {
		results[asked[i].Name] = newAnswer(reason)
	}
	file := os.NewFile(childFile, "answers")
	defer file.Close()
	_ = json.NewEncoder(file).Encode(results) // the parent reports a missing answer
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

// An answer is the result of trying a feature, as the child sends it to the parent.
type answer struct {
	Text    string        `json:",omitempty"` // "": the feature works
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

// reason returns the error of an answer; nil if the feature works.
func (a answer) reason() error {
	switch {
	case a.Text == "":
		return nil
	case a.Untried:
		return errTime
	}
	return childFailure{a}
}

// A childFailure is an error of the child.
type childFailure struct{ answer }

func (e childFailure) Error() string { return e.Text }

// Unwrap returns the kernel's reason.
func (e childFailure) Unwrap() error { return e.Errno }

// inSandbox re-executes this program in a sandbox to try features there. The error
// says why the sandbox could not be made.
func inSandbox(ctx context.Context, features []*Feature) (received map[string]answer, err error) {
	if !childCalled.Load() {
		return nil, errNoChild
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{childName}
	for _, f := range features {
		if f != Rootless {
			cmd.Args = append(cmd.Args, f.Name)
		}
	}
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = write, write, write // unused; /dev/null may be missing
	cmd.ExtraFiles = []*os.File{write}
	err = netns.OnNewThread(func() error { // the child dies with this thread
		err := sandbox.Try(cmd)
		write.Close()
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
		text, err := io.ReadAll(read)
		if err := errors.Join(err, cmd.Wait()); err != nil {
			return childError(ctx, err)
		}
		return json.Unmarshal(text, &received)
	})
	return received, err
}

// childError returns the error of a child that was started and failed.
func childError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errTime
	}
	return err
}
