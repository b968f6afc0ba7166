package cli

import "testing"

func TestFormatFlag(t *testing.T) {
	var f format
	flag := formatFlag{&f, []format{formatText, formatJSON, formatTAP}}
	for _, s := range []string{"text", "json", "tap"} {
		if err := flag.Set(s); err != nil || flag.String() != s || string(f) != s {
			t.Errorf("%s: %v, %v", s, f, err)
		}
	}
	const want = `unknown format "xml" (want text, json or tap)`
	if err := flag.Set("xml"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
