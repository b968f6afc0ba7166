package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// sysctlPath returns the file of a sysctl. Below /proc/sys/net a file is that
// of the calling thread's namespace.
func sysctlPath(key string) string {
	return "/proc/sys/" + state.SysctlPath(key)
}

// setSysctl writes at once, after the messages before it.
func (e *encoder) setSysctl(op plan.SetSysctl) error {
	if err := e.flush(); err != nil {
		return err
	}
	f, err := os.OpenFile(sysctlPath(op.Key), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("this kernel has no sysctl %s (is a module missing?)", op.Key)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(op.Value)
	return errors.Join(err, f.Close())
}

// sysctls reads settings inside the namespace of c. Where netlink tells a
// setting it is asked: a path below /proc/sys/net takes the longer the more
// namespaces there are.
func (c *conn) sysctls(keys []string) map[string]string {
	values := map[string]string{}
	for key, family := range map[string]uint8{state.ForwardIPv4: unix.AF_INET, state.ForwardIPv6: unix.AF_INET6} {
		if c.forwarding(family) {
			values[key] = "1"
		}
	}
	for _, key := range keys {
		if _, known := state.SysctlDefault(key); known {
			continue
		}
		// A missing file is a missing value: the plan will try to set it, and
		// that says what is wrong.
		if text, err := os.ReadFile(sysctlPath(key)); err == nil {
			values[key] = strings.Join(strings.Fields(string(text)), " ")
		}
	}
	return values
}

// Attributes of RTM_GETNETCONF (linux/netconf.h).
const (
	netconfaIfindex    = 1
	netconfaForwarding = 2
	netconfAll         = 0xffffffff // NETCONFA_IFINDEX_ALL
)

// forwarding returns conf.all.forwarding of a family.
func (c *conn) forwarding(family uint8) bool {
	var b batch
	b.message(unix.RTM_GETNETCONF, 0, func() {
		b.zeros(4)[0] = family // struct netconfmsg, aligned
		b.u32(netconfaIfindex, netconfAll)
	})
	answer, err := c.get(&b)
	if err != nil || len(answer) < 4 {
		return false
	}
	for _, a := range attributes(answer[4:]) {
		if a.typ == netconfaForwarding {
			return a.u32() != 0
		}
	}
	return false
}
