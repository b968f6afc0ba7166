package shell

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tool returns the function that computes the output of a program, nil if none does.
func tool(name string) func(sh *Shell, args []string, stdin string) Result {
	name = path.Base(name)
	switch name {
	case "cat":
		return cat
	case "grep", "egrep", "fgrep":
		return grep
	case "id", "whoami", "mktemp":
		return func(sh *Shell, args []string, _ string) Result { return sh.identity(name, args) }
	case "getopt":
		return func(_ *Shell, args []string, _ string) Result { return getopt(args) }
	}
	compute := textTool(name)
	if compute == nil {
		return nil
	}
	return func(sh *Shell, args []string, stdin string) Result {
		if unknownIn(args...) != "" {
			return notComputed(name, args)
		}
		options, files := withoutFiles(name, args)
		if len(files) == 0 {
			return compute(args, stdin)
		}
		if len(files) > 1 && slices.Contains([]string{"head", "tail", "wc"}, name) { // they print the names
			return notComputed(name, args)
		}
		r := compute(options, cat(sh, files, stdin).Out)
		if text, ok := Known(r.Out); ok && text == "" && name == "wc" {
			r.Out = strings.TrimSuffix(r.Out, "\n") + " " + files[0] + "\n"
		}
		return r
	}
}

// withoutFiles separates the files at the end of the arguments of a tool that reads files.
func withoutFiles(name string, args []string) (options, files []string) {
	values, ok := map[string]string{
		"head": "nc", "tail": "nc", "wc": "", "cut": "dfcb", "rev": "", "sort": "ktoS", "uniq": "fsw", "tac": "s", "awk": "Fvf", "gawk": "Fvf", "mawk": "Fvf",
	}[name]
	if !ok {
		return args, nil
	}
	files = skipOptions(args, values)
	if strings.HasSuffix(name, "awk") && len(files) > 0 { // the first one is the program
		files = files[1:]
	}
	return args[:len(args)-len(files)], files
}

// textTool returns a tool that needs only its arguments and input.
func textTool(name string) func(args []string, stdin string) Result {
	switch name {
	case "seq":
		return withoutInput(seq)
	case "expr":
		return withoutInput(expr)
	case "basename":
		return withoutInput(basename)
	case "dirname":
		return withoutInput(dirname)
	case "realpath", "readlink":
		return withoutInput(func(args []string) Result { return Result{Out: unlines(skipOptions(args, ""))} })
	case "head", "tail":
		return func(args []string, stdin string) Result { return headTail(name, args, stdin) }
	case "wc":
		return wc
	case "cut":
		return cut
	case "tr":
		return tr
	case "rev":
		return rev
	case "sort":
		return sorted
	case "uniq", "tac":
		return func(args []string, stdin string) Result { return reorder(name, args, stdin) }
	case "awk", "gawk", "mawk":
		return awk
	}
	return nil
}

func withoutInput(f func(args []string) Result) func([]string, string) Result {
	return func(args []string, _ string) Result { return f(args) }
}

// notComputed returns the unknown result of a tool with unsupported arguments.
func notComputed(name string, args []string) Result {
	return Result{Out: unknown(name + " " + strings.Join(args, " "))}
}

// identity follows whoami and id, for root, and mktemp.
func (sh *Shell) identity(name string, args []string) Result {
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

// maxSeq bounds the numbers of seq and the iterations of for ((…)).
const maxSeq = 10_000

func seq(args []string) Result {
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
			return notComputed("seq", args)
		}
		args = args[1:]
	}
	from, step, to := 1, 1, 0
	numbers := make([]int, len(args))
	for i, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			return notComputed("seq", args)
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
		return notComputed("seq", args)
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

// expr computes expressions of two numbers and an operator.
func expr(args []string) Result {
	if len(args) != 3 || !isNumber(args[0]) || !isNumber(args[2]) {
		return notComputed("expr", args)
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
		n = 1 - truth(compareNumbers(args[0], map[string]string{"<": "-lt", ">": "-gt", "<=": "-le", ">=": "-ge", "=": "-eq", "!=": "-ne"}[op], args[2]))
	}
	return Result{Out: strconv.Itoa(n) + "\n", Status: truth(n != 0)}
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

// headTail supports -n N, -nN and -N, on the input.
func headTail(name string, args []string, stdin string) Result {
	n, list := 10, lines(stdin)
	if len(args) > 0 {
		v, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(strings.Join(args, ""), "-"), "n"))
		if err != nil || v < 0 || args[0][0] != '-' || len(args) > 2 {
			return notComputed(name, args)
		}
		n = v
	}
	n = min(n, len(list))
	if name == "head" {
		return Result{Out: unlines(list[:n])}
	}
	return Result{Out: unlines(list[len(list)-n:])}
}

func wc(args []string, stdin string) Result {
	if _, ok := Known(stdin); !ok || len(args) != 1 || !slices.Contains([]string{"-l", "-w", "-c"}, args[0]) {
		return notComputed("wc", args)
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

// tr replaces a character, deletes characters, or changes the case of letters.
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
	return notComputed("tr", args)
}

func sorted(args []string, stdin string) Result {
	list := lines(stdin)
	options := strings.TrimLeft(strings.Join(args, ""), "-")
	if strings.Trim(options, "run-") != "" || len(args) > 0 && args[0][0] != '-' {
		return notComputed("sort", args)
	}
	slices.SortStableFunc(list, func(a, b string) int {
		if strings.Contains(options, "n") {
			return cmp.Or(cmp.Compare(leadingNumber(a), leadingNumber(b)), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	if strings.Contains(options, "r") {
		slices.Reverse(list)
	}
	if strings.Contains(options, "u") {
		list = slices.Compact(list)
	}
	return Result{Out: unlines(list)}
}

// reorder follows uniq and tac without options.
func reorder(name string, args []string, stdin string) Result {
	list := lines(stdin)
	if _, ok := Known(stdin); !ok || len(args) > 0 {
		return notComputed(name, args)
	}
	if name == "uniq" {
		return Result{Out: unlines(slices.Compact(list))}
	}
	slices.Reverse(list)
	return Result{Out: unlines(list)}
}

// leadingNumber returns the key of sort -n.
func leadingNumber(line string) int {
	line = strings.TrimLeft(line, " \t")
	end := strings.IndexFunc(strings.TrimPrefix(line, "-"), func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		end += len(line) - len(strings.TrimPrefix(line, "-"))
		line = line[:end]
	}
	n, _ := strconv.Atoi(line) // 0 if there is none
	return n
}

var printField = regexp.MustCompile(`^\s*\{\s*print\s+\$([0-9]+|NF)\s*;?\s*\}\s*$`)

// awk supports programs that print a field of each line.
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
		return notComputed("awk", args)
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
