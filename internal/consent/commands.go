package consent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/topo"
)

// CommandTests returns the tests that run commands.
func CommandTests(tests []topo.Test) []topo.Test {
	var running []topo.Test
	for _, t := range tests {
		if len(t.Run) > 0 {
			running = append(running, t)
		}
	}
	return running
}

// CommandLine returns the command of a test as it is run, quoted.
func CommandLine(t topo.Test) string {
	argv := t.Run
	if len(argv) == 1 {
		argv = []string{"sh", "-c", argv[0]}
	}
	quoted := make([]string, len(argv))
	for i, arg := range argv {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
			quoted[i] = fmt.Sprintf("%q", arg)
		}
	}
	return strings.Join(quoted, " ")
}

// KeyOfCommands returns the key of the commands of tests and the nodes that they run in.
func KeyOfCommands(running []topo.Test) (Key, error) {
	type command struct{ Run, On []string }
	var content bytes.Buffer
	for _, t := range running {
		if err := json.NewEncoder(&content).Encode(command{t.Run, t.On}); err != nil {
			return "", err
		}
	}
	return KeyOf("commands of tests", content.Bytes()), nil
}
