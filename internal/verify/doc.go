// Package verify runs the tests of a lab. It sends probes from the nodes of a
// State, compares the answers with what the tests expect, and reports what was
// found and why.
package verify
