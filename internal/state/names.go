package state

import "cmp"

// CompareNames orders names as people do: h2 before h10. The host, whose name
// is empty, comes first.
func CompareNames(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if digit(a[i]) && digit(b[j]) {
			x, y := number(a, &i), number(b, &j)
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		if a[i] != b[j] {
			return cmp.Compare(a[i], b[j])
		}
		i++
		j++
	}
	// "h01" and "h1" are equal as people see it and still two names.
	return cmp.Or(cmp.Compare(len(a)-i, len(b)-j), cmp.Compare(a, b))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// number returns the digits at s[*i:] without leading zeros and steps over them.
func number(s string, i *int) string {
	for *i < len(s)-1 && s[*i] == '0' && digit(s[*i+1]) {
		*i++
	}
	start := *i
	for *i < len(s) && digit(s[*i]) {
		*i++
	}
	return s[start:*i]
}
