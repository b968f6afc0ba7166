package labtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vethlab/vethlab"
)

// An event is an event of a lab with its time.
type event struct {
	vethlab.Event
	at time.Time
}

// eventVerify is a run of the topology's tests.
const eventVerify vethlab.EventKind = "verify"

func (l *Lab) addEvent(e vethlab.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, event{e, time.Now()})
}

// logState logs the state of the lab of a failed test, and writes it to files.
func (l *Lab) logState(ctx context.Context) {
	l.tb.Helper()
	dir := filepath.Join(l.tb.ArtifactDir(), l.Name())
	var hint bytes.Buffer
	fmt.Fprintf(&hint, "labtest: lab %s when the test failed:", l.Name())
	files := l.files(ctx, &hint)
	err := os.MkdirAll(dir, 0o755)
	for name, content := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	switch {
	case err != nil:
		fmt.Fprintf(&hint, "\n  cannot write its files: %v", err)
	case keepsArtifacts():
		fmt.Fprintf(&hint, "\n  topology, plan, state, events and report are in %s", dir)
	default:
		fmt.Fprintf(&hint, "\n  go test -artifacts keeps its topology, plan, state, events and report")
	}
	l.tb.Log(hint.String())
}

// keepsArtifacts reports whether go test keeps the files in ArtifactDir.
func keepsArtifacts() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}

// files returns the lab's artifacts by file name, and writes a summary to hint.
func (l *Lab) files(ctx context.Context, hint *bytes.Buffer) map[string][]byte {
	files := map[string][]byte{
		"lab.yaml":   l.Topology().Format(),
		"plan.sh":    []byte(l.PlanNew().Script()),
		"events.txt": l.eventText(hint),
	}
	if s, err := l.State(); err == nil {
		files["state.json"], _ = json.MarshalIndent(s, "", "  ")
	}
	if change, err := l.Plan(); err == nil && !change.Empty() {
		files["differs.txt"] = differences(change, hint)
	}
	report := l.lastReport(ctx)
	writeFailures(report, hint)
	files["report.json"], _ = json.MarshalIndent(report, "", "  ")
	files["report.txt"] = []byte(report.String() + "\n")
	return files
}

// most is the most lines of one kind in a hint.
const most = 5

// eventText returns the events as text, with the time since the first. It writes
// goroutines that ran outside of their node to hint.
func (l *Lab) eventText(hint *bytes.Buffer) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b bytes.Buffer
	goroutines := 0
	for _, e := range l.events {
		fmt.Fprintf(&b, "%9.3fs %-9s %s\n", e.at.Sub(l.events[0].at).Seconds(), e.Kind, e.Text)
		if e.Kind == vethlab.EventGoroutine {
			if goroutines++; goroutines <= most {
				fmt.Fprintf(hint, "\n  %s", e.Text)
			}
		}
	}
	return b.Bytes()
}

// differences returns the commands that would restore the lab to its topology.
func differences(plan *vethlab.Plan, hint *bytes.Buffer) []byte {
	var b bytes.Buffer
	commands := plan.Steps()
	fmt.Fprint(hint, "\n  it differed from its topology; to restore it:")
	for i, c := range commands {
		fmt.Fprintln(&b, c.Command)
		if i < most {
			fmt.Fprintf(hint, "\n    %s", c.Command)
		}
	}
	if more := len(commands) - most; more > 0 {
		fmt.Fprintf(hint, "\n    and %d more", more)
	}
	return b.Bytes()
}

// reportTime bounds the run of a lab's tests after the Go test has failed.
const reportTime = 5 * time.Second

// lastReport returns the report of the last Verify if that failed, else a new one.
func (l *Lab) lastReport(ctx context.Context) *vethlab.Report {
	l.mu.Lock()
	report := l.report
	l.mu.Unlock()
	if report != nil && !report.OK() {
		return report
	}
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	return l.Lab.Verify(ctx)
}

// writeFailures writes the failed tests of a report to hint.
func writeFailures(r *vethlab.Report, hint *bytes.Buffer) {
	if r.OK() || errors.Is(r.Err, vethlab.ErrNothingToTest) {
		return
	}
	some := *r
	some.Results = slices.DeleteFunc(slices.Clone(r.Results), func(t vethlab.TestResult) bool { return t.OK })
	more := len(some.Results) - most
	some.Results = some.Results[:min(most, len(some.Results))]
	lines := strings.Split(some.String(), "\n")
	for _, line := range lines[:len(lines)-1] {
		fmt.Fprintf(hint, "\n  %s", line)
	}
	if more > 0 {
		fmt.Fprintf(hint, "\n  and %d more", more)
	}
	fmt.Fprintf(hint, "\n  %s", r.Summary())
}
