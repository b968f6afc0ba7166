package probe

import (
	"bytes"
	"strconv"
)

// Packets that go from one namespace to another wait in a queue of the
// processor, of a thousand packets (net.core.netdev_max_backlog), and are taken
// out before the system call that sent them returns. Only where the machine is
// busy with other things do they stay, and then it overflows soon: a switch of
// 300 ports needs but four questions for a neighbour.

// backlogLimit is how many packets may wait before no more questions are asked.
const backlogLimit = 2

// parseBacklog reads softnet_stat of the kernel (net/core/net-procfs.c): for each
// processor a line of hexadecimal numbers, of which the second counts the
// packets that were dropped and the twelfth, since 5.14, those that wait. It
// returns the sums.
func parseBacklog(text []byte) (waiting, dropped int) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		dropped += hexField(fields, 1)
		waiting += hexField(fields, 11)
	}
	return waiting, dropped
}

// hexField returns the i-th number, 0 if there is none.
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
