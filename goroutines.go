package vethlab

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// A goroutine that code of a Do starts runs on another thread, outside of the node's
// namespace. Mostly that is a mistake, but not always: a socket that was opened
// inside can be read from everywhere. So it is an event and not an error.

// watched calls fn and sends an event for each place at which it started goroutines
// that still run.
func (n *Node) watched(fn func() error) error {
	if len(n.lab.events) == 0 {
		return fn()
	}
	before := runtime.NumGoroutine()
	err := fn()
	if runtime.NumGoroutine() > before {
		for _, place := range startedBy(goroutineID()) {
			n.lab.notify(EventGoroutine, "Do in node %s: a goroutine that it started still runs, outside of the node: %s", n.name, place)
		}
	}
	return err
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
	var places []string
	by := ""
	for line := range strings.Lines(stacks()) {
		line = strings.TrimSpace(line)
		switch {
		case by != "": // "file.go:7 +0x1d", below "created by main.f in goroutine 7"
			file, _, _ := strings.Cut(line, " ")
			if place := fmt.Sprintf("%s (%s)", file, by); !slices.Contains(places, place) {
				places = append(places, place)
			}
			by = ""
		case strings.HasPrefix(line, "created by ") && strings.HasSuffix(line, " in goroutine "+id):
			by = strings.TrimSuffix(strings.TrimPrefix(line, "created by "), " in goroutine "+id)
		}
	}
	return places
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
