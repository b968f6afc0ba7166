package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Each neighbour table of the kernel (ARP, neighbour discovery) has one limit for all
// network namespaces together (arp(7), gc_thresh3). Beyond it the kernel adds no
// entry in any namespace.

// neighbourTables are the limits of both tables. The note about them is in this mount
// namespace's /run, while other programs may have another: a limit that was raised
// without a note here is never noted, as its old value is not known.
type neighbourTables struct {
	sysctl string                // the folder of the sysctls
	note   string                // the file with the values before the first lab that raised them
	exists func(lab string) bool // reports whether a lab is up, or is being made or removed
}

func machineTables() neighbourTables {
	return neighbourTables{
		sysctl: "/proc/sys",
		note:   filepath.Join(Dir, "neighbour-limits"),
		exists: func(lab string) bool { return noted(lockPath(lab)) },
	}
}

// A tablesNote is written before the limits are raised, so that a crash can't lose it.
type tablesNote struct {
	Labs []string       // those that need the limits
	Old  map[string]int // the values by file
}

// thresholds returns the sysctl files of a table's limits, the hard one first: beyond
// gc_thresh3 entries the kernel adds none, beyond gc_thresh2 it deletes old ones, below
// gc_thresh1 it deletes none. A kernel without IPv6 has no files for it.
func (t neighbourTables) thresholds(family string) []string {
	var files []string
	for _, name := range []string{"gc_thresh3", "gc_thresh2", "gc_thresh1"} {
		files = append(files, filepath.Join(t.sysctl, "net", family, "neigh/default", name))
	}
	return files
}

// most returns the most entries that a table can have, or 0 if unknown.
func (t neighbourTables) most(family string) int {
	n, err := readInt(t.thresholds(family)[0])
	if err != nil {
		return 0
	}
	return n
}

// families returns the address families that have a table with a limit.
func (t neighbourTables) families() []string {
	return slices.DeleteFunc([]string{"ipv4", "ipv6"}, func(family string) bool { return t.most(family) == 0 })
}

// values returns the limits of a table by file.
func (t neighbourTables) values(family string) (map[string]int, error) {
	values := map[string]int{}
	for _, file := range t.thresholds(family) {
		n, err := readInt(file)
		if err != nil {
			return nil, err
		}
		values[file] = n
	}
	return values, nil
}

// raise makes the limits at least n until restore finds that the lab no longer exists.
func (t neighbourTables) raise(lab string, n int) (raised bool, err error) {
	note, err := t.read()
	if errors.Is(err, fs.ErrNotExist) {
		note, err = t.old(n)
	}
	if err != nil || note == nil {
		return false, err
	}
	if !slices.Contains(note.Labs, lab) {
		note.Labs = append(note.Labs, lab)
	}
	if err := t.write(note); err != nil {
		return false, err
	}
	for _, family := range t.families() {
		changed, err := t.raiseTable(family, n)
		if err != nil {
			return raised, fmt.Errorf("cannot raise the limit of the neighbour tables to %d: %w", n, err)
		}
		raised = raised || changed
	}
	return raised, nil
}

// raiseTable makes all limits of a table the same, the lowest first, by which another
// program sees that they were raised, or are being raised.
func (t neighbourTables) raiseTable(family string, n int) (raised bool, err error) {
	values, err := t.values(family)
	if err != nil {
		return false, err
	}
	n = max(n, t.most(family))
	for _, file := range slices.Backward(t.thresholds(family)) {
		if values[file] < n {
			if err := os.WriteFile(file, []byte(strconv.Itoa(n)), 0); err != nil {
				return raised, err
			}
			raised = true
		}
	}
	return raised, nil
}

// old returns a note with the limits as they are, or nil if they are high enough. It
// fails with [ErrNeighbourLimitRaised] if another program has raised them, or is
// raising or restoring them: then gc_thresh1 is not below gc_thresh2, or gc_thresh2 is
// above gc_thresh3, or they differ a moment later.
func (t neighbourTables) old(n int) (*tablesNote, error) {
	note := &tablesNote{Old: map[string]int{}}
	enough := true
	for _, family := range t.families() {
		first, err := t.values(family)
		if err != nil {
			return nil, err
		}
		again, err := t.values(family)
		if err != nil {
			return nil, err
		}
		files := t.thresholds(family)
		if first[files[2]] >= first[files[1]] || first[files[1]] > first[files[0]] || !maps.Equal(first, again) {
			return nil, ErrNeighbourLimitRaised
		}
		maps.Copy(note.Old, first)
		enough = enough && first[files[2]] >= n
	}
	if enough {
		return nil, nil
	}
	return note, nil
}

// restore writes the old limits back if no lab exists that needs the raised ones.
// Outside the initial network namespace, as in a container that shares the machine's
// /run, it leaves that to a program inside.
func (t neighbourTables) restore() error {
	if len(t.families()) == 0 {
		return nil
	}
	note, err := t.read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errors.Join(err, os.Remove(t.note))
	}
	all := len(note.Labs)
	note.Labs = slices.DeleteFunc(note.Labs, func(lab string) bool { return !t.exists(lab) })
	switch len(note.Labs) {
	case all:
		return nil
	case 0:
	default:
		return t.write(note)
	}
	for _, family := range t.families() {
		for _, file := range t.thresholds(family) { // the highest first, see old
			if n, ok := note.Old[file]; ok {
				err = errors.Join(err, os.WriteFile(file, []byte(strconv.Itoa(n)), 0))
			}
		}
	}
	return errors.Join(err, os.Remove(t.note))
}

func (t neighbourTables) read() (*tablesNote, error) {
	text, err := os.ReadFile(t.note)
	if err != nil {
		return nil, err
	}
	note := new(tablesNote)
	return note, json.Unmarshal(text, note)
}

func (t neighbourTables) write(n *tablesNote) error {
	text, err := json.Marshal(n)
	return errors.Join(err, note(t.note, text))
}

// NeighbourLimit returns the most entries that a neighbour table can have, or 0 if
// unknown: only the initial network namespace has the sysctl.
func NeighbourLimit() int { return machineTables().most("ipv4") }

// RaiseNeighbourLimit makes the limits of both neighbour tables at least n entries
// until the lab is deleted, and reports whether they were lower. Outside the initial
// network namespace it fails with [ErrNoNeighbourLimit], and with
// [ErrNeighbourLimitRaised] if they will be restored without regard for the lab.
func (l *Lock) RaiseNeighbourLimit(ctx context.Context, n int) (raised bool, err error) {
	tables := machineTables()
	if NeighbourLimit() == 0 {
		return false, ErrNoNeighbourLimit
	}
	err = exclusively(ctx, l.wait, func() error {
		raised, err = tables.raise(l.lab, n)
		return err
	})
	return raised, err
}

func readInt(file string) (int, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}
