package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropCodePages frees the resident pages of this program's code (MADV_DONTNEED): a
// waiting holder needs few of them. The kernel reads them from the file again when
// needed; they are read-only, so nothing is lost. Errors are ignored.
func dropCodePages() {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		var rights string
		// See proc(5): address range, rights, offset, device, inode, path.
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil {
			continue
		}
		if rights == "r-xp" && strings.Contains(lines.Text(), "/") {
			_, _, _ = unix.RawSyscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
		}
	}
}
