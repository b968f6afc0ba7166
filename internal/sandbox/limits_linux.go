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

// The kernel's tables of neighbours (who has an address, by ARP or neighbour
// discovery) have one limit for all namespaces of a machine (arp(7),
// gc_thresh3). Beyond it no new neighbour is found, in nobody's namespace.

// noteLimits keeps the limits as they were before the first lab that needed
// more.
var noteLimits = filepath.Join(Dir, "neighbour-limits")

// limitFiles are the limits, the hard one of a family first: beyond gc_thresh3
// no entry is added, beyond the others old ones are collected.
func limitFiles() []string {
	var files []string
	for _, family := range []string{"ipv4", "ipv6"} {
		for _, name := range []string{"gc_thresh3", "gc_thresh2", "gc_thresh1"} {
			files = append(files, "/proc/sys/net/"+family+"/neigh/default/"+name)
		}
	}
	return files
}

// NeighbourLimit returns how many neighbours of one family the machine can
// know. 0: it can't be seen from here, for this is not the machine's first
// namespace.
func NeighbourLimit() int {
	n, err := readInt(limitFiles()[0])
	if err != nil {
		return 0
	}
	return n
}

// RaiseNeighbourLimit makes room for n neighbours of each family, until the
// last lab is gone. It is for the holder of a lock. Outside the machine's first
// namespace it fails with [ErrNoNeighbourLimit].
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
				return fmt.Errorf("raise the limit of neighbours: %w", err)
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

// restoreLimits puts the limits back where they were raised. Outside the
// machine's first namespace, as in a container that shares the machine's /run,
// it leaves the note to somebody who can.
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
