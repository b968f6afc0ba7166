package sandbox

import (
	"fmt"
	"os"
	"regexp"
)

// RunSizeEnv is the user's option for the size of a new sandbox's /run, as tmpfs(5) has
// it for size=.
const RunSizeEnv = "VETHLAB_RUN_SIZE"

// defaultRunSize bounds what programs of a lab can keep of the machine's memory in /run.
const defaultRunSize = "64M"

// tmpfsSize matches at least 1 MiB, for the locks and records of labs. 0 would be no limit.
var tmpfsSize = regexp.MustCompile(`^[1-9][0-9]{0,5}[MmGg]$`)

// runSize returns the size of the /run that this program mounts.
func runSize() (string, error) {
	size := os.Getenv(RunSizeEnv)
	switch {
	case size == "":
		return defaultRunSize, nil
	case !tmpfsSize.MatchString(size):
		return "", fmt.Errorf("%s is %q (want MiB or GiB, such as %s or 2G)", RunSizeEnv, size, defaultRunSize)
	}
	return size, nil
}
