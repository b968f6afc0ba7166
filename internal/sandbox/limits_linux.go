package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Each neighbour table of the kernel (ARP, neighbour discovery) has one limit for all
// network namespaces together (arp(7), gc_thresh3). Beyond it the kernel adds no
// entry in any namespace.

// noteLimits holds the limits before the first lab that raised them, as JSON.
var noteLimits = filepath.Join(Dir, "neighbour-limits")

// limitFiles returns the sysctl files of the limits, the hard one of each family
// first: beyond gc_thresh3 entries the kernel adds none, beyond gc_thresh2 it collects
// old ones, below gc_thresh1 it collects none.
func limitFiles() []string {
	var files []string
	for _, family := range []string{"ipv4", "ipv6"} {
		for _, name := range []string{"gc_thresh3", "gc_thresh2", "gc_thresh1"} {
			files = append(files, "/proc/sys/net/"+family+"/neigh/default/"+name)
		}
	}
	return files
}

// NeighbourLimit returns the most entries that a neighbour table can have, or 0 if
// unknown: only the initial network namespace has the sysctl.
func NeighbourLimit() int {
	n, err := readInt(limitFiles()[0])
	if err != nil {
		return 0
	}
	return n
}

// RaiseNeighbourLimit raises the limits of both neighbour tables to n entries until
// the last lab is deleted. Outside the initial network namespace it fails with
// [ErrNoNeighbourLimit].
func (l *Lock) RaiseNeighbourLimit(n int) error {
	if NeighbourLimit() == 0 {
		return ErrNoNeighbourLimit
	}
	return exclusively(func() error {
		if !noted(noteLimits) {
			if err := noteOldLimits(); err != nil {
				return err
			}
		}
		for _, file := range limitFiles() {
			old, err := readInt(file)
			if err == nil && old < n {
				err = os.WriteFile(file, []byte(strconv.Itoa(n)), 0)
			}
			if err != nil {
				return fmt.Errorf("cannot raise the limit of the neighbour tables to %d: %w", n, err)
			}
		}
		return nil
	})
}

func noteOldLimits() error {
	old := map[string]int{}
	for _, file := range limitFiles() {
		n, err := readInt(file)
		if err != nil {
			return err
		}
		old[file] = n
	}
	text, err := json.Marshal(old)
	return errors.Join(err, note(noteLimits, text))
}

// restoreLimits writes back the limits before the first raise. Outside the initial
// network namespace, as in a container that shares the machine's /run, it keeps the
// note for a process that can.
func restoreLimits() error {
	if NeighbourLimit() == 0 {
		return nil
	}
	text, err := os.ReadFile(noteLimits)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	old := map[string]int{}
	err = errors.Join(err, json.Unmarshal(text, &old))
	for file, n := range old {
		err = errors.Join(err, os.WriteFile(file, []byte(strconv.Itoa(n)), 0))
	}
	return errors.Join(err, os.Remove(noteLimits))
}

func readInt(file string) (int, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}
