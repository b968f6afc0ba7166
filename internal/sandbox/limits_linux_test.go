package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// A sysctlFolder stands for the machine's sysctls.
type sysctlFolder string

// machineOf returns the sysctls of a machine with the kernel's defaults.
func machineOf(t *testing.T) sysctlFolder {
	f := sysctlFolder(t.TempDir())
	for _, family := range []string{"ipv4", "ipv6"} {
		if err := os.MkdirAll(filepath.Join(string(f), "net", family, "neigh/default"), 0o755); err != nil {
			t.Fatal(err)
		}
		f.set(t, family, 128, 512, 1024)
	}
	return f
}

func (f sysctlFolder) set(t *testing.T, family string, thresholds ...int) {
	t.Helper()
	for i, n := range thresholds {
		file := filepath.Join(string(f), "net", family, "neigh/default/gc_thresh"+strconv.Itoa(i+1))
		if err := os.WriteFile(file, []byte(strconv.Itoa(n)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// is fails the test unless both tables have these limits.
func (f sysctlFolder) is(t *testing.T, thresholds ...int) {
	t.Helper()
	for _, family := range []string{"ipv4", "ipv6"} {
		var got []int
		for i := range thresholds {
			n, err := readInt(filepath.Join(string(f), "net", family, "neigh/default/gc_thresh"+strconv.Itoa(i+1)))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
		if !slices.Equal(got, thresholds) {
			t.Errorf("%s: thresholds %d, want %d", family, got, thresholds)
		}
	}
}

// A world is the programs with one /run.
type world struct {
	neighbourTables
	labs map[string]bool
}

func (f sysctlFolder) world(t *testing.T) world {
	labs := map[string]bool{}
	return world{neighbourTables{
		sysctl: string(f),
		note:   filepath.Join(t.TempDir(), "note"),
		exists: func(lab string) bool { return labs[lab] },
	}, labs}
}

func (w world) up(t *testing.T, lab string, n int, raised bool, want error) {
	t.Helper()
	w.labs[lab] = true
	if got, err := w.raise(lab, n); got != raised || !errors.Is(err, want) {
		t.Errorf("lab %s: raised %v, %v; want %v, %v", lab, got, err, raised, want)
	}
}

func (w world) down(t *testing.T, lab string) {
	t.Helper()
	delete(w.labs, lab)
	if err := w.restore(); err != nil {
		t.Errorf("lab %s: %v", lab, err)
	}
}

func (w world) hasNote(t *testing.T, want bool) {
	t.Helper()
	if got := noted(w.note); got != want {
		t.Errorf("a note: %v, want %v", got, want)
	}
}

// The last lab that needs the raised limits restores them, in whatever order the labs
// are deleted and however many others there are.
func TestNeighbourLimits(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "small"}, {"b", "small", "a"}, {"small", "b", "a"}} {
		f := machineOf(t)
		w := f.world(t)
		w.labs["small"] = true
		w.up(t, "a", 20000, true, nil)
		w.up(t, "a", 20000, false, nil)
		w.up(t, "b", 10000, false, nil)
		f.is(t, 20000, 20000, 20000)
		for i, lab := range order {
			f.is(t, 20000, 20000, 20000)
			w.down(t, lab)
			if done := order[:i+1]; slices.Contains(done, "a") && slices.Contains(done, "b") {
				f.is(t, 128, 512, 1024)
				w.hasNote(t, false)
				break
			}
		}
	}
}

// A lab that needs more raises more; what was there first comes back.
func TestNeighbourLimitsTwice(t *testing.T) {
	f := machineOf(t)
	w := f.world(t)
	w.up(t, "a", 5000, true, nil)
	w.up(t, "b", 9000, true, nil)
	w.down(t, "a")
	f.is(t, 9000, 9000, 9000)
	w.down(t, "b")
	f.is(t, 128, 512, 1024)
}

// High limits are left alone, and only the lower ones of others raised.
func TestHighNeighbourLimits(t *testing.T) {
	f := machineOf(t)
	f.set(t, "ipv4", 80000, 90000, 100000)
	f.set(t, "ipv6", 80000, 90000, 100000)
	w := f.world(t)
	w.up(t, "a", 20000, false, nil)
	w.hasNote(t, false)
	w.up(t, "b", 85000, true, nil)
	f.is(t, 100000, 100000, 100000)
	w.down(t, "b")
	f.is(t, 80000, 90000, 100000)
}

// Programs with a /run each know nothing of each other: whichever of them is first
// raises the limits and restores them, and nobody notes raised limits as the old ones.
func TestNeighbourLimitsOfOthers(t *testing.T) {
	f := machineOf(t)
	first, second := f.world(t), f.world(t)
	first.up(t, "a", 20000, true, nil)
	second.up(t, "b", 10000, false, ErrNeighbourLimitRaised)
	second.up(t, "c", 40000, false, ErrNeighbourLimitRaised)
	second.hasNote(t, false)
	first.down(t, "a")
	f.is(t, 128, 512, 1024)
	second.down(t, "b")
	f.is(t, 128, 512, 1024)
	second.up(t, "c", 40000, true, nil)
	second.down(t, "c")
	f.is(t, 128, 512, 1024)
}

// Nor are limits noted that another program is just raising or restoring.
func TestNeighbourLimitsInBetween(t *testing.T) {
	for _, thresholds := range [][]int{{20000, 512, 1024}, {20000, 20000, 1024}, {20000, 20000, 20000}, {128, 20000, 1024}} {
		f := machineOf(t)
		f.set(t, "ipv6", thresholds...)
		f.world(t).up(t, "a", 30000, false, ErrNeighbourLimitRaised)
	}
}

// Two that raise the limits at the same moment note the same.
func TestNeighbourLimitsAtOnce(t *testing.T) {
	f := machineOf(t)
	first, second := f.world(t), f.world(t)
	note, err := second.old(30000)
	if err != nil {
		t.Fatal(err)
	}
	first.up(t, "a", 20000, true, nil)
	if err := second.write(note); err != nil {
		t.Fatal(err)
	}
	second.up(t, "b", 30000, true, nil)
	f.is(t, 30000, 30000, 30000)
	first.down(t, "a")
	second.down(t, "b")
	f.is(t, 128, 512, 1024)
}

// The existing limits are used: only the initial network namespace has them, and a kernel
// may lack IPv6.
func TestPartOfNeighbourLimits(t *testing.T) {
	f := machineOf(t)
	w := f.world(t)
	w.up(t, "a", 20000, true, nil)
	inside := w
	inside.sysctl = t.TempDir()
	inside.down(t, "a")
	w.hasNote(t, true)
	w.down(t, "another")
	f.is(t, 128, 512, 1024)

	if err := os.RemoveAll(filepath.Join(string(f), "net/ipv6")); err != nil {
		t.Fatal(err)
	}
	w.up(t, "a", 20000, true, nil)
	w.down(t, "a")
	if n := w.most("ipv4"); n != 1024 {
		t.Errorf("the limit is %d", n)
	}
}
