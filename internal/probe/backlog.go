package probe

import (
	"bytes"
	"strconv"
)

// Packets from one namespace to another pass a per-CPU queue of 1000 packets
// (net.core.netdev_max_backlog), which is normally emptied before the sending
// system call returns. On a busy machine they stay, and the queue soon overflows: on
// a switch with 300 ports four ARP requests fill it.

// backlogLimit is how many packets may be queued before sending pauses.
const backlogLimit = 2

// parseBacklog parses /proc/net/softnet_stat (net/core/net-procfs.c): a line of
// hexadecimal numbers per CPU. The second counts dropped packets and the twelfth,
// since Linux 5.14, queued ones. It returns the sums.
func parseBacklog(text []byte) (waiting, dropped int) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		dropped += hexField(fields, 1)
		waiting += hexField(fields, 11)
	}
	return waiting, dropped
}

// hexField returns the i-th number, 0 if it is missing.
func hexField(fields [][]byte, i int) int {
	if i >= len(fields) {
		return 0
	}
	n, err := strconv.ParseUint(string(fields[i]), 16, 32)
	if err != nil {
		return 0
	}
	return int(n)
}
