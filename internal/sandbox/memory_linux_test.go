package sandbox

import "testing"

func TestParseMapping(t *testing.T) {
	for line, want := range map[string]mapping{
		"00400000-00c62000 r-xp 00000000 fe:00 10387887                           /bin/vethlab": {0x400000, 0xc62000, true},
		"00c62000-014a5000 r--p 00862000 fe:00 10387887                           /bin/vethlab": {0xc62000, 0x14a5000, true},
		"014a5000-01511000 rw-p 010a5000 fe:00 10387887                           /bin/vethlab": {0x14a5000, 0x1511000, false},
		"7f8969245000-7f8969247000 r-xp 00000000 00:00 0                          [vdso]":       {0x7f8969245000, 0x7f8969247000, false},
	} {
		if got, ok := parseMapping(line); !ok || got != want {
			t.Errorf("%s: got %v, %v", line, got, ok)
		}
	}
	for _, line := range []string{"Rss:                4496 kB", "Anonymous:             0 kB", "VmFlags: rd ex mr mw me sd", ""} {
		if m, ok := parseMapping(line); ok {
			t.Errorf("%s: got %v", line, m)
		}
	}
}

// Pages that the dynamic linker has changed are not in the file.
func TestIsUnchanged(t *testing.T) {
	for line, want := range map[string]bool{
		"Anonymous:             0 kB": true,
		"Anonymous:           100 kB": false,
		"AnonHugePages:         0 kB": false,
		"Rss:                   0 kB": false,
	} {
		if isUnchanged(line) != want {
			t.Errorf("%q: got %v", line, !want)
		}
	}
}
