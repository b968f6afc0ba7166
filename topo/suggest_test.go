package topo

import "testing"

func TestMisspelt(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"ruter1", "router1", true},
		{"router1", "ruter1", true},
		{"roter", "rotor", true},
		{"rotuer", "router", true},
		{"router1", "router2", false},
		{"router1", "router11", false},
		{"router", "router1", false},
		{"node12", "node21", false},
		{"alice", "alice", false},
		{"abc", "abd", false},
		{"alice", "carol", false},
		{"aabb", "bbaa", false},
	}
	for _, tt := range tests {
		if got := misspelt(tt.a, tt.b); got != tt.want {
			t.Errorf("misspelt(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"host", "router", "switch"}
	for s, want := range map[string]string{
		"ruoter": `did you mean "router"?`,
		"Host":   `did you mean "host"?`,
		"swich":  `did you mean "switch"?`,
		"bridge": "",
		"x":      "",
		"":       "",
	} {
		if got := didYouMean(s, known); got != want {
			t.Errorf("didYouMean(%q) = %q, want %q", s, got, want)
		}
	}
}
