package vethlab

import "fmt"

// An Event says what a lab is doing, for progress messages.
type Event struct {
	Kind EventKind
	Text string // one line
}

// EventKind sorts events.
type EventKind string

// The kinds of event.
const (
	EventWait  EventKind = "wait"  // for another program that changes the lab, or for links
	EventLimit EventKind = "limit" // a limit of the machine was raised, or should be
	EventEnd   EventKind = "end"   // processes inside are ended, or still hold a namespace
	EventHost  EventKind = "host"  // the lab has links to the host namespace of its sandbox, not of the machine

	EventRecord EventKind = "record" // the lab's previous description is unknown

	EventSkipped EventKind = "skipped" // a file of /etc/netns/NAME that can't be mounted

	EventChange    EventKind = "change"    // a requested change was made
	EventGoroutine EventKind = "goroutine" // code of a [Node.Do] left a goroutine running outside of the node
)

// Notify makes the lab call fn, if not nil, with each event, on any goroutine. Call it
// before all other methods of the lab.
func (l *Lab) Notify(fn func(Event)) {
	if fn != nil {
		l.events = append(l.events, fn)
	}
}

func (l *Lab) notify(kind EventKind, format string, args ...any) {
	for _, fn := range l.events {
		fn(Event{kind, fmt.Sprintf(format, args...)})
	}
}
