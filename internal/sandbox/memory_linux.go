package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// dropFilePages frees the resident pages of this program's code and constants
// (MADV_DONTNEED): a waiting holder needs few of them. The kernel reads them from the file
// again when needed, so nothing is lost. Errors are ignored.
func dropFilePages() {
	for _, m := range cleanMappings() { // all at once: parsing needs code and constants too
		_, _, _ = unix.RawSyscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
	}
}

// A mapping is a part of this process's address space.
type mapping struct {
	from, to uintptr
	readOnly bool // pages of a file that this process can't write
}

// cleanMappings returns the read-only mappings of files of which no page was changed.
func cleanMappings() []mapping {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil
	}
	defer f.Close()
	var clean []mapping
	var last mapping
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if m, ok := parseMapping(lines.Text()); ok {
			last = m
		} else if last.readOnly && isUnchanged(lines.Text()) {
			clean = append(clean, last)
		}
	}
	return clean
}

// parseMapping parses the first line of a mapping in smaps (proc_pid_smaps(5)): address
// range, rights, offset, device, inode, path. False: it is another line.
func parseMapping(line string) (mapping, bool) {
	var m mapping
	var rights string
	if _, err := fmt.Sscanf(line, "%x-%x %s", &m.from, &m.to, &rights); err != nil {
		return mapping{}, false
	}
	m.readOnly = strings.HasPrefix(rights, "r-") && strings.Contains(line, "/")
	return m, true
}

// isUnchanged reports whether a line of smaps says that the mapping has no page of its own:
// the dynamic linker changes some before it makes them read-only.
func isUnchanged(line string) bool {
	name, size, _ := strings.Cut(line, ":")
	return name == "Anonymous" && strings.TrimSpace(size) == "0 kB"
}
