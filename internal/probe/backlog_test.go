package probe

import "testing"

func TestParseBacklog(t *testing.T) {
	for _, c := range []struct {
		text             string
		waiting, dropped int
	}{
		{"", 0, 0},
		{"09f29e55 0000000a 00000077 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 000003e8 00000000 000003e8 00000000\n" +
			"09c09b8d 00000001 00000075 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000001 00000001 00000000\n", 1001, 11},
		{"00000001 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000\n", 0, 2}, // before 5.14
		{"not\nhexadecimal\n", 0, 0},
	} {
		if waiting, dropped := parseBacklog([]byte(c.text)); waiting != c.waiting || dropped != c.dropped {
			t.Errorf("%q: %d, %d", c.text, waiting, dropped)
		}
	}
}

func FuzzParseBacklog(f *testing.F) {
	f.Add([]byte("09f29e55 0000000a 00000077\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if waiting, dropped := parseBacklog(text); waiting < 0 || dropped < 0 {
			t.Errorf("%d, %d", waiting, dropped)
		}
	})
}
