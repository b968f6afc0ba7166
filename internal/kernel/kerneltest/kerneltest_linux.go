package kerneltest

import (
	"errors"
	"slices"
	"sync"

	"github.com/vethlab/vethlab/internal/kernel"
)

// MissingKinds returns the kinds of link that this kernel lacks.
var MissingKinds = sync.OnceValue(func() []string {
	return slices.DeleteFunc(kernel.KindNames(), func(kind string) bool { return kernel.TryLink(kind) == nil })
})

// HasFilters reports whether this kernel has all that drawn packet filters are made of.
var HasFilters = sync.OnceValue(func() bool {
	return errors.Join(kernel.TryNAT(), kernel.TryReject(), kernel.TryConntrack()) == nil
})
