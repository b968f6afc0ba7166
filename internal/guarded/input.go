package guarded

import (
	"fmt"
	"io"
)

// MaxInput is the most that [ReadAll] reads, in bytes. A lab file or a script has a
// tighter bound.
const MaxInput = 64 << 20

// ReadAll reads an input to its end, or fails beyond [MaxInput] bytes. name is the input's
// in errors.
func ReadAll(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxInput+1))
	if err == nil && len(data) > MaxInput {
		err = fmt.Errorf("cannot read %s: it is larger than 64 MiB", name)
	}
	return data, err
}
