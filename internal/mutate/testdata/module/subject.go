// Package subject has a place for each kind of mutant.
package subject

import "errors"

const size = 4

type level uint8

var table = [...]level{size - 3: 7}

func grade(n int, loud bool) (level, error) {
	if n < 0 || n > 10 {
		return 0, errors.New("out of range")
	}
	if loud && n == 3 {
		n += 2
	}
	sum := level(0)
	for i := range size {
		if i%3 == 0 {
			continue
		}
		sum += level(i * i)
	}
	return sum + table[1]*level(n), nil
}

func forgotten(n int) bool {
	return n > 5
}
