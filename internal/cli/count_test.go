package cli

import "testing"

func TestCount(t *testing.T) {
	for text, ok := range map[string]bool{"1": true, "65536": true, "0": false, "-1": false, "": false, "x": false, "1.5": false} {
		n := 0
		if err := (count{&n}).Set(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
