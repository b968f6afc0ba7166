package shell

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// test returns the result of a condition in [[ ]].
func (sh *Shell) test(x syntax.TestExpr) verdict {
	switch x := x.(type) {
	case *syntax.Word:
		return nonemptyText(sh.literal(x))
	case *syntax.ParenTest:
		return sh.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return sh.test(x.X).not()
		}
		word, _ := x.X.(*syntax.Word)
		return sh.unary(x.Op.String(), sh.literal(word))
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest:
			if left := sh.test(x.X); left != certain(false) {
				return left.and(sh.test(x.Y))
			}
			return certain(false)
		case syntax.OrTest:
			if left := sh.test(x.X); left != certain(true) {
				return left.or(sh.test(x.Y))
			}
			return certain(true)
		}
		left, _ := x.X.(*syntax.Word)
		right, _ := x.Y.(*syntax.Word)
		if left != nil && right != nil {
			return sh.binaryTest(x.Op, sh.literal(left), right)
		}
	}
	return certain(false)
}

func (sh *Shell) binaryTest(op syntax.BinTestOperator, left string, right *syntax.Word) verdict {
	switch op {
	case syntax.TsMatch, syntax.TsMatchShort:
		return sh.matches(left, right)
	case syntax.TsNoMatch:
		return sh.matches(left, right).not()
	case syntax.TsReMatch:
		return sh.matchesRegexp(left, sh.literal(right))
	}
	text := sh.literal(right)
	if strings.HasPrefix(op.String(), "-") && unknownIn(left, text) == "" { // of numbers: [[ ]] computes
		left, text = sh.computed(left), sh.computed(text)
	}
	return compare(left, op.String(), text)
}

// computed returns the value of a variable of which the text is the name, else the text.
func (sh *Shell) computed(text string) string {
	if !syntax.ValidName(text) {
		return text
	}
	return cmp.Or(sh.Get(text).String(), "0")
}

// matchesRegexp returns the result of =~, and sets BASH_REMATCH.
func (sh *Shell) matchesRegexp(text, expr string) verdict {
	what := unknownIn(text, expr)
	re, err := regexp.Compile(expr)
	switch {
	case what != "":
		list := []string{unknown(what), unknown(what), unknown(what)}
		_ = sh.Set("BASH_REMATCH", expand.Variable{Set: true, Kind: expand.Indexed, List: list}) // never fails
		return guessed(true, what)
	case err != nil:
		return certain(false)
	}
	m := re.FindStringSubmatch(text)
	_ = sh.Set("BASH_REMATCH", expand.Variable{Set: true, Kind: expand.Indexed, List: m}) // never fails
	return certain(m != nil)
}

// nonemptyText reports whether a text is not empty. Unknown output is taken as not empty.
func nonemptyText(text string) verdict {
	what := unknownIn(text)
	known := strings.TrimFunc(text, isUnknown)
	if what != "" && known == "" {
		return guessed(true, what)
	}
	return certain(text != "")
}

// unary returns the result of a test with one operand.
func (sh *Shell) unary(op, arg string) verdict {
	switch op {
	case "-n":
		return nonemptyText(arg)
	case "-z":
		return nonemptyText(arg).not()
	case "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-h", "-L", "-a", "-b", "-c", "-p", "-S":
		return sh.isKind(arg, map[string]FileKind{"-f": RegularFile, "-d": Folder, "-h": Symlink, "-L": Symlink, "-s": NonEmptyFile}[op])
	case "-v":
		return certain(sh.isSet(arg))
	}
	return certain(false)
}

// isSet reports whether a variable is set, or an element such as m[key].
func (sh *Shell) isSet(name string) bool {
	name, key, element := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	v := sh.Get(name)
	if !element {
		return v.IsSet()
	}
	if v.Kind == expand.Associative {
		_, ok := v.Map[key]
		return ok
	}
	i, err := strconv.Atoi(key)
	return err == nil && i >= 0 && i < len(v.List)
}

func (sh *Shell) exists(file string) verdict { return sh.isKind(file, 0) }

// isKind reports whether a file exists and is of a kind, 0 for any.
func (sh *Shell) isKind(file string, kind FileKind) verdict {
	if what := unknownIn(file); what != "" {
		return guessed(false, what)
	}
	if file == "" {
		return certain(false)
	}
	exists, known := sh.world.Exists(sh.where, sh.path(file))
	if kind != 0 {
		exists, known = sh.world.Is(sh.where, sh.path(file), kind)
	}
	if !known {
		return verdict{exists, fmt.Sprintf("the existence of %s is unknown", file)}
	}
	return certain(exists)
}

// compare returns the result of a test with two operands. If one is unknown, equality and
// order are taken as true, a difference as false, and unknown output as not empty.
func compare(left, op, right string) verdict {
	if what := unknownIn(left, right); what != "" {
		switch op {
		case "=", "==":
			return guessed(left != "" && right != "", what)
		case "!=":
			return guessed(left == "" || right == "", what)
		}
		return guessed(op != "-ne", what)
	}
	switch op {
	case "=", "==":
		return certain(left == right)
	case "!=":
		return certain(left != right)
	case "<":
		return certain(left < right)
	case ">":
		return certain(left > right)
	}
	return certain(compareNumbers(left, op, right))
}

func compareNumbers(left, op, right string) bool {
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

// testWords returns the result of [ ] or test.
func (sh *Shell) testWords(words []string) verdict {
	t := &testParser{sh: sh, words: words}
	return t.or()
}

// A testParser parses the arguments of test(1). -a binds tighter than -o.
type testParser struct {
	sh    *Shell
	words []string
}

func (t *testParser) or() verdict {
	result := t.and()
	for t.skip("-o") {
		result = result.or(t.and())
	}
	return result
}

func (t *testParser) and() verdict {
	result := t.primary()
	for t.skip("-a") {
		result = result.and(t.primary())
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

func (t *testParser) primary() verdict {
	switch {
	case len(t.words) == 0:
		return certain(false)
	case len(t.words) >= 3 && isComparison(t.words[1]):
		left, op := t.next(), t.next()
		return compare(left, op, t.next())
	case len(t.words) > 1 && t.skip("!"):
		return t.primary().not()
	case len(t.words) > 1 && t.skip("("):
		result := t.or()
		t.skip(")")
		return result
	case len(t.words) > 1 && len(t.words[0]) == 2 && t.words[0][0] == '-':
		op := t.next()
		return t.sh.unary(op, t.next())
	}
	return nonemptyText(t.next())
}

func isComparison(word string) bool {
	switch word {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}
