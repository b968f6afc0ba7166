package netns

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// LeakedGoroutines calls fn and returns its error and the source lines, once each, at which
// it started goroutines that still run. They run on other threads, so in the namespace of
// the process, even if fn runs in another one.
func LeakedGoroutines(fn func() error) (lines []string, err error) {
	before := runtime.NumGoroutine()
	if err = fn(); runtime.NumGoroutine() > before {
		lines = startedBy(goroutineID())
	}
	return lines, err
}

// goroutineID returns the ID of the calling goroutine as in stack traces.
func goroutineID() string {
	var b [64]byte
	fields := bytes.Fields(b[:runtime.Stack(b[:], false)])
	return string(fields[1]) // of "goroutine 7 [running]:"
}

// startedBy returns, once each, the source lines at which a goroutine started others
// that still run.
func startedBy(id string) []string {
	var sources []string
	by := ""
	for line := range strings.Lines(stacks()) {
		line = strings.TrimSpace(line)
		switch {
		case by != "": // "file.go:7 +0x1d", below "created by main.f in goroutine 7"
			file, _, _ := strings.Cut(line, " ")
			if source := fmt.Sprintf("%s (%s)", file, by); !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
			by = ""
		case strings.HasPrefix(line, "created by ") && strings.HasSuffix(line, " in goroutine "+id):
			by = strings.TrimSuffix(strings.TrimPrefix(line, "created by "), " in goroutine "+id)
		}
	}
	return sources
}

// stacks returns the traces of all goroutines.
func stacks() string {
	for size := 64 << 10; ; size *= 2 {
		b := make([]byte, size)
		if n := runtime.Stack(b, true); n < size {
			return string(b[:n])
		}
	}
}
