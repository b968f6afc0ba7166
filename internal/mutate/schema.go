package main

// chooser is the source of the functions that select a mutant. It is compiled into the
// package.
const chooser = `
import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantActive, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantFile      = os.Getenv("MUTANTS_REACHED")
	mutantSeen      [mutants + 1]atomic.Bool
)

func mutantOn(id int) bool {
	if mutantFile != "" && !mutantSeen[id].Swap(true) {
		f, err := os.OpenFile(mutantFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(f, id)
		f.Close()
	}
	return id == mutantActive
}

func mutantZero[T any](id int, v T) T {
	if mutantOn(id) {
		return *new(T)
	}
	return v
}

type mutantInteger interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type mutantReal interface {
	mutantInteger | ~float32 | ~float64
}

func mutantNumber[T mutantReal](id int, v T) T {
	if mutantOn(id) {
		return v + 1
	}
	return v
}

func mutantCompare[T cmp.Ordered](id int, op string, a, b T) bool {
	on := mutantOn(id)
	switch op {
	case "<":
		return a < b || on && a == b
	case "<=":
		return a < b || !on && a == b
	case ">":
		return a > b || on && a == b
	}
	return a > b || !on && a == b
}

func mutantNumbers[T mutantReal](id int, op string, a, b T) T {
	switch on := mutantOn(id); {
	case op == "+" != on && (op == "+" || op == "-"):
		return a + b
	case op == "+" || op == "-":
		return a - b
	case op == "*" != on:
		return a * b
	}
	return a / b
}

func mutantIntegers[T mutantInteger](id int, op string, a, b T) T {
	switch on := mutantOn(id); {
	case op == "%" && on:
		return a * b
	case op == "%":
		return a % b
	case op == "&" != on:
		return a & b
	}
	return a | b
}

var _, _, _ = mutantZero[int], mutantNumber[int], mutantCompare[int]
var _, _ = mutantNumbers[int], mutantIntegers[int]
`
