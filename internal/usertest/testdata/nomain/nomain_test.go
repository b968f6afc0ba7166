// Package nomain has a test with a lab, and no TestMain.
package nomain

import (
	"testing"

	"github.com/vethlab/vethlab/labtest"
	"github.com/vethlab/vethlab/topo"
)

func TestLab(t *testing.T) { labtest.Start(t, topo.MustParse("links: [[a, b]]")) }
