// Package examples has tests of networked code, each in a lab of its own. They are
// to be read, and copied: `go test` runs them, without root.
package examples

import (
	"testing"

	"github.com/vethlab/vethlab/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }
