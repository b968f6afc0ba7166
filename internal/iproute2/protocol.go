package iproute2

import (
	"strconv"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// protocol is an option with a protocol number; 0: left out. An Op holds that of ip itself
// and that of labs; [ParseSkipping] returns all others.
func protocol[T any](field func(*T) *uint8, spellings ...string) option[T] {
	return option[T]{
		words: spellings,
		write: func(v *T) ([]string, bool) { return []string{protocolName(*field(v))}, *field(v) != 0 },
		read: func(w *words, v *T) error {
			value, err := w.Value("a protocol")
			for _, known := range []uint8{plan.BootProtocol, state.Protocol} {
				if value == protocolName(known) || value == strconv.Itoa(int(known)) {
					*field(v) = known
					return err
				}
			}
			w.skipped = append(w.skipped, spellings[0]+" "+value)
			return err
		},
	}
}

// protocolName returns the name of a protocol as ip prints it (rt_protos).
func protocolName(n uint8) string {
	if n == plan.BootProtocol {
		return "boot"
	}
	return strconv.Itoa(int(n))
}
