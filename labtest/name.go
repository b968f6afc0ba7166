package labtest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"sync"
)

// names are those of the labs that are there. The machine of a test program is
// its own, so that no other program's are of concern, but for those of programs
// that share it: children of the first one, which is number 1 there.
var names labNames

type labNames struct {
	mu    sync.Mutex
	taken map[string]bool
}

// claim returns a name for a lab of a test: the test's, and where it has several
// labs at the same time a number too. It is the same in every run.
func (n *labNames) claim(test string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	base := labName(test)
	if pid := os.Getpid(); pid != 1 {
		base = fmt.Sprintf("%s-%d", base, pid)
	}
	name := base
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	n.taken[name] = true
	return name
}

func (n *labNames) release(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.taken, name)
}

// longestName leaves room, in the 100 bytes that a lab's name may have, for the
// numbers that make it one of its own.
const longestName = 70

// labName makes the name of a test, "TestX/with_a_case", one that a lab can have.
func labName(test string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '.':
			return r
		}
		return '-'
	}, test)
	if len(name) > longestName {
		sum := sha256.Sum256([]byte(test))
		name = fmt.Sprintf("%s-%x", name[:longestName], sum[:4])
	}
	return name
}
