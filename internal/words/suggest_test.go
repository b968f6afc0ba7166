package words

import "testing"

func TestDidYouMean(t *testing.T) {
	names := []string{"ns1", "ns2", "router", "web-1"}
	for word, want := range map[string]string{
		"ns3":    ": did you mean ns1 or ns2?",
		"ns":     ": did you mean ns1 or ns2?",
		"rooter": ": did you mean router?",
		"ruoter": ": did you mean router?",
		"web1":   ": did you mean web-1?",
		"client": "",
		"":       "",
	} {
		if got := DidYouMean(word, names); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "adc", 1},
		{"abc", "ac", 1},
		{"ac", "abc", 1},
		{"kitten", "sitting", 3},
		{"is pu", "is up", 1},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
