package report

import (
	"encoding/xml"
	"fmt"
	"time"
)

// The elements of JUnit's XML that all CI systems read: a suite is a lab, a case is a
// test.
type (
	junitSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     string   `xml:"time,attr"` // in seconds
		Suites   []junitSuite
	}
	junitSuite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     string   `xml:"time,attr"`
		Cases    []junitCase
		Output   string `xml:"system-out,omitempty"` // the notes, one per line
		Error    string `xml:"system-err,omitempty"` // why not all tests were run
	}
	junitCase struct {
		XMLName xml.Name      `xml:"testcase"`
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Error   *junitFailure `xml:"error,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit returns a report as JUnit's XML.
func JUnit(r Report) []byte {
	suite := junitSuite{Output: r.noteLines(), Name: r.Lab, Tests: len(r.Tests), Failures: r.failed(), Time: junitTime(r.Took)}
	for _, t := range r.Tests {
		suite.Cases = append(suite.Cases, junitCaseOf(r.Lab, t))
	}
	for _, t := range r.incomplete() {
		c := junitCaseOf(r.Lab, t)
		c.Failure, c.Error = nil, c.Failure
		suite.Cases = append(suite.Cases, c)
		suite.Tests, suite.Errors, suite.Error = suite.Tests+1, 1, r.Err.Error()
	}
	text, err := xml.MarshalIndent(junitSuites{
		Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Time: suite.Time, Suites: []junitSuite{suite},
	}, "", "  ")
	if err != nil {
		panic(err) // only for types that XML does not support
	}
	return fmt.Appendf(nil, "%s%s\n", xml.Header, text)
}

func junitCaseOf(lab string, t Test) junitCase {
	c := junitCase{Name: t.Title, Class: lab, File: t.Pos.File, Line: t.Pos.Line, Time: junitTime(t.Took)}
	if !t.OK {
		c.Failure = &junitFailure{Message: t.Found, Text: t.failure()}
	}
	return c
}

func junitTime(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }
