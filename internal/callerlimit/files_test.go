//go:build linux && (amd64 || arm64 || riscv64 || loong64)

package callerlimit_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/vethlab/vethlab/internal/callerlimit"
)

// A program sees the limit of its starter, although the runtime has raised its own.
func TestFiles(t *testing.T) {
	if os.Getenv("PRINT_FILES") != "" {
		fmt.Print(callerlimit.Files)
		os.Exit(0)
	}
	cmd := exec.Command("sh", "-c", `ulimit -Sn 77 && exec "$0" -test.run TestFiles`, os.Args[0])
	cmd.Env = append(os.Environ(), "PRINT_FILES=1")
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "77" {
		t.Errorf("got %s, %v, want 77", out, err)
	}
}
