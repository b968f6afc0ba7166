package guarded_test

import (
	"strings"
	"testing"

	"github.com/vethlab/vethlab/internal/guarded"
)

// endless is a reader without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReadAll(t *testing.T) {
	if data, err := guarded.ReadAll(strings.NewReader("text"), "x"); string(data) != "text" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	_, err := guarded.ReadAll(endless{}, "standard input")
	if err == nil || err.Error() != "cannot read standard input: it is larger than 64 MiB" {
		t.Errorf("got %v", err)
	}
}
