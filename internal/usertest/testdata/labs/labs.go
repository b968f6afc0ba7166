// Package labs is a package of a user's, with tests that have labs.
package labs

// Sign returns the sign of a number.
func Sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
