package words

import (
	"slices"
	"testing"
)

func TestAlign(t *testing.T) {
	got := Align([][]string{{"NAME", "STATE", "PEER"}, {"虛擬", "", "a:eth0"}, {"x\ny", "no carrier", ""}})
	want := []string{
		"NAME  STATE       PEER",
		"虛擬  -           a:eth0",
		"x y   no carrier  -",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Align returned\n%q, want\n%q", got, want)
	}
}
