package shell

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tool returns how to compute what a text tool prints; nil: it is not known here.
func tool(name string) func(sh *Shell, args []string, stdin string) Result {
	switch path.Base(name) {
	case "seq":
		return func(sh *Shell, args []string, _ string) Result { return sh.seq(args) }
	case "expr":
		return func(_ *Shell, args []string, _ string) Result { return expr(args) }
	case "basename":
		return func(_ *Shell, args []string, _ string) Result { return basename(args) }
	case "dirname":
		return func(_ *Shell, args []string, _ string) Result {
			return each(args, path.Dir)
		}
	case "realpath", "readlink":
		return func(_ *Shell, args []string, _ string) Result {
			return each(skipOptions(args, ""), func(s string) string { return s })
		}
	case "cat":
		return cat
	case "head", "tail":
		return func(_ *Shell, args []string, stdin string) Result { return headTail(path.Base(name), args, stdin) }
	case "wc":
		return func(_ *Shell, args []string, stdin string) Result { return wc(args, stdin) }
	case "cut":
		return func(_ *Shell, args []string, stdin string) Result { return cut(args, stdin) }
	case "tr":
		return func(_ *Shell, args []string, stdin string) Result { return tr(args, stdin) }
	case "grep", "egrep", "fgrep":
		return func(_ *Shell, args []string, stdin string) Result { return grep(args, stdin) }
	case "sort":
		return func(_ *Shell, args []string, stdin string) Result { return sorted(args, stdin) }
	case "awk", "gawk", "mawk":
		return func(_ *Shell, args []string, stdin string) Result { return awk(args, stdin) }
	case "getopt":
		return func(_ *Shell, args []string, _ string) Result { return getopt(args) }
	case "id", "whoami", "mktemp":
		return func(sh *Shell, args []string, _ string) Result { return sh.self(path.Base(name), args) }
	}
	return nil
}

func each(args []string, f func(string) string) Result {
	var b strings.Builder
	for _, a := range args {
		b.WriteString(f(a) + "\n")
	}
	return Result{Out: b.String()}
}

// self says who and where a script is: root, with files of its own.
func (sh *Shell) self(name string, args []string) Result {
	switch {
	case name == "whoami", len(args) > 0 && strings.Contains(args[0], "n"):
		return Result{Out: "root\n"}
	case name == "id":
		return Result{Out: "0\n"}
	}
	sh.counter++
	template := "/tmp/tmp.XXXXXX"
	if rest := skipOptions(args, "pt"); len(rest) > 0 {
		template = rest[0]
	}
	stem := strings.TrimRight(template, "X")
	digits := len(template) - len(stem)
	return Result{Out: stem + fmt.Sprintf("%0*d", min(digits, 64), sh.counter) + "\n"}
}

// maxSeq bounds the numbers that seq prints.
const maxSeq = 10_000

func (sh *Shell) seq(args []string) Result {
	separator, width := "\n", 0
	for len(args) > 1 && len(args[0]) > 1 && args[0][0] == '-' && !isNumber(args[0]) {
		switch {
		case args[0] == "-w":
			width = 1
		case args[0] == "-s":
			separator, args = args[1], args[1:]
		case strings.HasPrefix(args[0], "-s"):
			separator = args[0][2:]
		default:
			return Result{Out: unknown("seq " + strings.Join(args, " "))}
		}
		args = args[1:]
	}
	from, step, to := 1, 1, 0
	numbers := make([]int, len(args))
	for i, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			return Result{Out: unknown("seq " + strings.Join(args, " "))}
		}
		numbers[i] = n
	}
	switch len(numbers) {
	case 1:
		to = numbers[0]
	case 2:
		from, to = numbers[0], numbers[1]
	case 3:
		from, step, to = numbers[0], numbers[1], numbers[2]
	}
	if step == 0 || (to-from)/step > maxSeq {
		return Result{Out: unknown("seq " + strings.Join(args, " "))}
	}
	if width > 0 {
		width = max(len(strconv.Itoa(from)), len(strconv.Itoa(to)))
	}
	var list []string
	for n := from; step > 0 && n <= to || step < 0 && n >= to; n += step {
		list = append(list, fmt.Sprintf("%0*d", width, n))
	}
	if len(list) == 0 {
		return Result{}
	}
	return Result{Out: strings.Join(list, separator) + "\n"}
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// expr computes what has two numbers and an operator.
func expr(args []string) Result {
	if len(args) != 3 || !isNumber(args[0]) || !isNumber(args[2]) {
		return Result{Out: unknown("expr " + strings.Join(args, " "))}
	}
	a, _ := strconv.Atoi(args[0])
	b, _ := strconv.Atoi(args[2])
	n := 0
	switch op := args[1]; {
	case op == "+":
		n = a + b
	case op == "-":
		n = a - b
	case op == "*":
		n = a * b
	case op == "/" && b != 0:
		n = a / b
	case op == "%" && b != 0:
		n = a % b
	default:
		n = 1 - truth(compare(args[0], map[string]string{"<": "-lt", ">": "-gt", "<=": "-le", ">=": "-ge"}[op], args[2]))
	}
	return Result{Out: strconv.Itoa(n) + "\n", Status: truth(n != 0)}
}

func basename(args []string) Result {
	if len(args) == 0 {
		return Result{Status: 1}
	}
	name := path.Base(args[0])
	if len(args) > 1 && name != args[1] {
		name = strings.TrimSuffix(name, args[1])
	}
	return Result{Out: name + "\n"}
}

func cat(_ *Shell, args []string, stdin string) Result {
	files := skipOptions(args, "")
	if len(files) == 0 || len(files) == 1 && files[0] == "-" {
		return Result{Out: stdin}
	}
	return Result{Out: unknown("cat " + strings.Join(files, " "))}
}

// lines returns the lines of a text, without their ends.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func unlines(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}

func headTail(name string, args []string, stdin string) Result {
	n, list := 10, lines(stdin)
	for i, a := range args {
		text := strings.TrimLeft(a, "-nc+")
		if a == "-n" && i+1 < len(args) {
			text = args[i+1]
		}
		if v, err := strconv.Atoi(text); err == nil {
			n = max(0, v)
			break
		}
	}
	n = min(n, len(list))
	if name == "head" {
		return Result{Out: unlines(list[:n])}
	}
	return Result{Out: unlines(list[len(list)-n:])}
}

func wc(args []string, stdin string) Result {
	if _, ok := Known(stdin); !ok || len(args) != 1 {
		return Result{Out: unknown("wc " + strings.Join(args, " "))}
	}
	n := strings.Count(stdin, "\n")
	switch args[0] {
	case "-w":
		n = len(strings.Fields(stdin))
	case "-c":
		n = len(stdin)
	}
	return Result{Out: strconv.Itoa(n) + "\n"}
}

// cut prints single fields: cut -d: -f2.
func cut(args []string, stdin string) Result {
	delimiter, field := "\t", 0
	for i := 0; i < len(args); i++ {
		a := args[i]
		value := func() string {
			if len(a) > 2 {
				return a[2:]
			}
			if i++; i < len(args) {
				return args[i]
			}
			return ""
		}
		switch {
		case strings.HasPrefix(a, "-d"):
			delimiter = value()
		case strings.HasPrefix(a, "-f"):
			field, _ = strconv.Atoi(value())
		}
	}
	if _, ok := Known(stdin); !ok || field < 1 || delimiter == "" {
		return Result{Out: unknown("cut " + strings.Join(args, " "))}
	}
	list := lines(stdin)
	for i, line := range list {
		parts := strings.Split(line, delimiter)
		switch {
		case len(parts) == 1:
		case field <= len(parts):
			list[i] = parts[field-1]
		default:
			list[i] = ""
		}
	}
	return Result{Out: unlines(list)}
}

// tr replaces or deletes single characters, and knows the two cases of letters.
func tr(args []string, stdin string) Result {
	upper := []string{"a-z", "[a-z]", "[:lower:]"}
	switch {
	case len(args) == 2 && args[0] == "-d" && len(args[1]) > 0:
		set := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(args[1])
		return Result{Out: strings.Map(func(r rune) rune {
			if strings.ContainsRune(set, r) {
				return -1
			}
			return r
		}, stdin)}
	case len(args) == 2 && slices.Contains(upper, args[0]):
		return Result{Out: strings.ToUpper(stdin)}
	case len(args) == 2 && slices.Contains(upper, strings.ToLower(strings.ReplaceAll(args[0], "upper", "lower"))):
		return Result{Out: strings.ToLower(stdin)}
	case len(args) == 2:
		unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
		from, to := []rune(unescape.Replace(args[0])), []rune(unescape.Replace(args[1]))
		if len(from) == len(to) && len(from) == 1 {
			return Result{Out: strings.ReplaceAll(stdin, string(from), string(to))}
		}
	}
	return Result{Out: unknown("tr " + strings.Join(args, " "))}
}

// grep prints the lines of its input that match, and knows the options that say
// how to look.
func grep(args []string, stdin string) Result {
	var quiet, invert, word, fixed, insensitive, count, only, whole bool
	var rest []string
	for i, a := range args {
		if len(a) < 2 || a[0] != '-' || strings.HasPrefix(a, "--") {
			rest = append(rest, a)
			continue
		}
		for _, o := range a[1:] {
			switch o {
			case 'q':
				quiet = true
			case 'v':
				invert = true
			case 'w':
				word = true
			case 'F':
				fixed = true
			case 'i':
				insensitive = true
			case 'c':
				count = true
			case 'o':
				only = true
			case 'x':
				whole = true
			case 'E', 'e', 's', 'P':
			default:
				return Result{Out: unknown("grep " + strings.Join(args[i:], " "))}
			}
		}
	}
	if len(rest) != 1 { // files, which nobody reads here
		return Result{Out: unknown("grep " + strings.Join(args, " ")), Status: 1}
	}
	re := grepPattern(rest[0], fixed, word, whole, insensitive)
	if re == nil {
		return Result{Out: unknown("grep " + strings.Join(args, " ")), Status: 1}
	}
	var found []string
	for _, line := range lines(stdin) {
		if _, ok := Known(line); ok && re.MatchString(line) != invert {
			if only {
				found = append(found, re.FindAllString(line, -1)...)
			} else {
				found = append(found, line)
			}
		}
	}
	status := truth(len(found) > 0)
	switch {
	case quiet:
		return Result{Status: status}
	case count:
		return Result{Out: strconv.Itoa(len(found)) + "\n", Status: status}
	}
	if what, ok := Known(stdin); !ok && len(found) == 0 {
		return Result{Out: unknown(what + " | grep " + strings.Join(args, " ")), Status: status}
	}
	return Result{Out: unlines(found), Status: status}
}

func grepPattern(p string, fixed, word, whole, insensitive bool) *regexp.Regexp {
	if fixed {
		p = regexp.QuoteMeta(p)
	}
	p = strings.NewReplacer(`\|`, "|", `\<`, `\b`, `\>`, `\b`, `\(`, "(", `\)`, ")", `\+`, "+", `\?`, "?").Replace(p)
	if word {
		p = `\b(?:` + p + `)\b`
	}
	if whole {
		p = `^(?:` + p + `)$`
	}
	if insensitive {
		p = "(?i)" + p
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil
	}
	return re
}

func sorted(args []string, stdin string) Result {
	list := lines(stdin)
	slices.Sort(list)
	for _, a := range args {
		if strings.Contains(a, "r") {
			slices.Reverse(list)
		}
		if strings.Contains(a, "u") {
			list = slices.Compact(list)
		}
	}
	return Result{Out: unlines(list)}
}

var printField = regexp.MustCompile(`^\s*\{\s*print\s+\$([0-9]+|NF)\s*;?\s*\}\s*$`)

// awk knows programs that print a field of each line.
func awk(args []string, stdin string) Result {
	separator := ""
	rest := args
	for len(rest) > 1 && strings.HasPrefix(rest[0], "-F") {
		if separator = rest[0][2:]; separator == "" {
			separator, rest = rest[1], rest[1:]
		}
		rest = rest[1:]
	}
	m := printField.FindStringSubmatch(strings.Join(rest, " "))
	if _, ok := Known(stdin); !ok || m == nil || len(rest) != 1 {
		return Result{Out: unknown("awk " + strings.Join(args, " "))}
	}
	list := lines(stdin)
	for i, line := range list {
		parts := strings.Fields(line)
		if separator != "" {
			parts = strings.Split(line, separator)
		}
		n, _ := strconv.Atoi(m[1])
		if m[1] == "NF" {
			n = len(parts)
		}
		switch {
		case m[1] == "0":
		case n <= len(parts) && n > 0:
			list[i] = parts[n-1]
		default:
			list[i] = ""
		}
	}
	return Result{Out: unlines(list)}
}
