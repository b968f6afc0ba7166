package labtest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"sync"
)

// names holds the names of running labs. Only children of the test program, which is
// PID 1, run in the same namespaces and could take the same names.
var names labNames

type labNames struct {
	mu    sync.Mutex
	taken map[string]bool
}

// claim returns a unique name for a lab of a test: the test's, with "-2" and so on for
// further labs at the same time. It is the same in each run.
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

// longestName is the most bytes of a test's name in a lab's. A lab's name may have 100:
// the rest is for the hash and the numbers.
const longestName = 70

// labName turns the name of a test, "TestX/with_a_case", into a valid name of a lab.
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
