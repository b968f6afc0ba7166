//go:build linux

package sandbox

import "testing"

func TestRunSize(t *testing.T) {
	for value, want := range map[string]string{
		"": "64M", "1M": "1M", "512m": "512m", "2G": "2G", "999999M": "999999M",
		"0": "", "0M": "", "64": "", "64K": "", "100%": "", "-1M": "", "1M,mode=777": "", " 1M": "", "1M\n": "", "1000000G": "", "M": "",
	} {
		t.Setenv(RunSizeEnv, value)
		got, err := runSize()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s=%q: %q, %v, want %q", RunSizeEnv, value, got, err, want)
		}
	}
}
