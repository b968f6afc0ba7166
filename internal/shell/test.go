package shell

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// test decides what stands between [[ and ]].
func (sh *Shell) test(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return sh.literal(x) != ""
	case *syntax.ParenTest:
		return sh.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return !sh.test(x.X)
		}
		word, _ := x.X.(*syntax.Word)
		return sh.unary(x.Op.String(), sh.literal(word))
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest:
			return sh.test(x.X) && sh.test(x.Y)
		case syntax.OrTest:
			return sh.test(x.X) || sh.test(x.Y)
		}
		left, _ := x.X.(*syntax.Word)
		right, _ := x.Y.(*syntax.Word)
		if left == nil || right == nil {
			return false
		}
		return sh.binaryTest(x.Op, sh.literal(left), right)
	}
	return false
}

func (sh *Shell) binaryTest(op syntax.BinTestOperator, left string, right *syntax.Word) bool {
	switch op {
	case syntax.TsMatch, syntax.TsMatchShort:
		return sh.matches(left, right)
	case syntax.TsNoMatch:
		return !sh.matches(left, right)
	case syntax.TsReMatch:
		re, err := regexp.Compile(sh.literal(right))
		return err == nil && re.MatchString(left)
	}
	return compare(left, op.String(), sh.literal(right))
}

// unary decides what a test says of one thing.
func (sh *Shell) unary(op, arg string) bool {
	switch op {
	case "-n":
		return arg != ""
	case "-z":
		return arg == ""
	case "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-h", "-L", "-a":
		if _, ok := Known(arg); !ok || arg == "" {
			return false
		}
		return sh.world.Exists(sh.where, arg)
	case "-v":
		return sh.Get(arg).IsSet()
	}
	return false
}

// compare decides what a test says of two things.
func compare(left, op, right string) bool {
	switch op {
	case "=", "==":
		return left == right
	case "!=":
		return left != right
	case "<":
		return left < right
	case ">":
		return left > right
	}
	a, errA := strconv.Atoi(strings.TrimSpace(left))
	b, errB := strconv.Atoi(strings.TrimSpace(right))
	if errA != nil || errB != nil {
		return false
	}
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	case "-ge":
		return a >= b
	}
	return false
}

// testWords decides what stands between [ and ], or behind test.
func (sh *Shell) testWords(words []string) bool {
	t := &testParser{sh: sh, words: words}
	return t.or()
}

// A testParser reads the arguments of test(1), -o binding least.
type testParser struct {
	sh    *Shell
	words []string
}

func (t *testParser) or() bool {
	result := t.and()
	for t.skip("-o") {
		right := t.and()
		result = result || right
	}
	return result
}

func (t *testParser) and() bool {
	result := t.one()
	for t.skip("-a") {
		right := t.one()
		result = result && right
	}
	return result
}

func (t *testParser) skip(word string) bool {
	if len(t.words) > 0 && t.words[0] == word {
		t.words = t.words[1:]
		return true
	}
	return false
}

func (t *testParser) next() string {
	if len(t.words) == 0 {
		return ""
	}
	word := t.words[0]
	t.words = t.words[1:]
	return word
}

func (t *testParser) one() bool {
	switch {
	case len(t.words) == 0:
		return false
	case len(t.words) >= 3 && isComparison(t.words[1]):
		left, op := t.next(), t.next()
		return compare(left, op, t.next())
	case len(t.words) > 1 && t.skip("!"):
		return !t.one()
	case len(t.words) > 1 && t.skip("("):
		result := t.or()
		t.skip(")")
		return result
	case len(t.words) > 1 && len(t.words[0]) == 2 && t.words[0][0] == '-':
		op := t.next()
		return t.sh.unary(op, t.next())
	}
	return t.next() != ""
}

func isComparison(word string) bool {
	switch word {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}
