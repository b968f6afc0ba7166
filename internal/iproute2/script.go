package iproute2

import (
	"fmt"
	"strings"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// Script returns a shell script of a plan, one command a line.
func Script(p plan.Plan) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\nset -eu\n")
	namespace := ""
	for i, op := range p {
		if at := op.At().Namespace; i == 0 || at != namespace {
			namespace = at
			fmt.Fprintf(&b, "\n# %s\n", title(at))
		}
		b.WriteString(Print(op))
		b.WriteByte('\n')
	}
	return b.String()
}

func title(namespace string) string {
	if namespace == state.Host {
		return "the machine itself"
	}
	return namespace
}
