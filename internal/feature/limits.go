package feature

import (
	"fmt"
	"strconv"
	"strings"
)

// Below these values a limit is reported as [Limited]. A namespace takes 0.22 MiB and
// a veth pair 0.09 MiB of memory; a test takes a socket a node, a command a process.
const (
	fewFiles      = 1024
	fewProcesses  = 512
	fewNamespaces = 64
	littleMemory  = 256 << 10 // KiB
	nodeMemory    = 320       // KiB, with a link
)

func (m *machine) limits() []Check {
	return []Check{
		m.files(), m.processes(), m.namespaces("net"), m.namespaces("user"),
		m.neighbours("ipv4"), m.neighbours("ipv6"), m.memory(),
	}
}

// rlimit returns a soft limit of this process (getrlimit(2)), -1 if unlimited or
// unknown. That of open files is as the Go runtime has raised it.
func (m *machine) rlimit(name string) int {
	for line := range strings.Lines(m.text("/proc/self/limits")) {
		if values, ok := strings.CutPrefix(line, name); ok {
			if fields := strings.Fields(values); len(fields) > 0 {
				return atoi(fields[0])
			}
		}
	}
	return -1
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

func (m *machine) files() Check {
	c := Check{Name: "open files", Use: "a socket for each node that is tested", Used: true}
	n := m.rlimit("Max open files")
	c.found(n, "no limit")
	if n >= 0 && n < fewFiles {
		c.limited(fmt.Sprintf("ulimit -n %d, by root or below the hard limit", 16*fewFiles))
	}
	return c
}

func (m *machine) processes() Check {
	c := Check{Name: "processes", Use: "commands in nodes", Used: true}
	remedy, n := "", -1
	for _, limit := range []struct {
		n      int
		remedy string
	}{
		{m.rlimit("Max processes"), "ulimit -u 4096, by root or below the hard limit"},
		{m.number(sysctlPath("kernel.pid_max")), m.sudo("sysctl -w kernel.pid_max=32768")},
		{m.number(sysctlPath("kernel.threads-max")), m.sudo("sysctl -w kernel.threads-max=32768")},
	} {
		if limit.n >= 0 && (n < 0 || limit.n < n) {
			n, remedy = limit.n, limit.remedy
		}
	}
	c.found(n, "no limit")
	if n >= 0 && n < fewProcesses {
		c.limited(remedy)
	}
	return c
}

// namespaces checks a user.max_*_namespaces limit (namespaces(7)).
func (m *machine) namespaces(kind string) Check {
	key := "user.max_" + kind + "_namespaces"
	c := Check{Name: kind + " namespaces", Use: map[string]string{"net": "a node each", "user": "two for each sandbox"}[kind], Used: true}
	n := m.number(sysctlPath(key))
	c.found(n, "not readable here")
	if n >= 0 && n < fewNamespaces {
		c.limited(m.sudo("sysctl -w " + key + "=15000"))
	}
	return c
}

// neighbours checks the limit of a neighbour table, which all namespaces share: the
// kernel adds no entry beyond gc_thresh3 (arp(7)).
func (m *machine) neighbours(family string) Check {
	const use = "neighbour table entries of all labs together"
	c := Check{Name: family + " neighbours", Use: use, Used: true}
	key := "net." + family + ".neigh.default.gc_thresh"
	var thresholds []string
	for i := 1; i <= 3; i++ {
		thresholds = append(thresholds, m.text(sysctlPath(key+strconv.Itoa(i))))
	}
	most := atoi(thresholds[2])
	if most < 0 {
		c.Found = "not readable here"
		return c
	}
	c.Found = fmt.Sprintf("%d (gc_thresh1–3: %s)", most, strings.Join(thresholds, " "))
	const usual = 1024 // the kernel's default gc_thresh3
	if most <= usual && !m.trueRoot() {
		c.Reason = "only labs of root raise it when they need more"
		c.limited("for labs of more than 30 nodes: " + m.sudo(fmt.Sprintf("sysctl -w %s2=%d %s3=%d", key, 8*usual, key, 16*usual)))
	}
	return c
}

func (m *machine) memory() Check {
	c := Check{Name: "memory", Use: "0.3 MB for a node with a link", Used: true}
	kib := atoi(strings.TrimSuffix(m.field("/proc/meminfo", "MemAvailable"), " kB"))
	if kib < 0 {
		c.Found = "not readable here"
		return c
	}
	c.Found = fmt.Sprintf("%d MB free, for some %d nodes", kib/1000, roundDown(kib/nodeMemory))
	if kib < littleMemory {
		c.limited("end other programs")
	}
	return c
}

// roundDown rounds down to one significant digit.
func roundDown(n int) int {
	unit := 1
	for n/unit >= 10 {
		unit *= 10
	}
	return n / unit * unit
}

// found sets Found to n, or to none if n is negative.
func (c *Check) found(n int, none string) {
	c.Found = none
	if n >= 0 {
		c.Found = strconv.Itoa(n)
	}
}

// limited marks the check as [Limited], with the command that raises the limit.
func (c *Check) limited(remedy string) { c.State, c.Fix = Limited, remedy }
