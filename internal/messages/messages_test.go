package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/vethlab/vethlab/internal/messages"
	"github.com/vethlab/vethlab/internal/words"
)

func TestIn(t *testing.T) {
	for english, want := range map[string]string{
		`namespace "ns1" already exists`:                                                       `命名空間 "ns1" 已經存在`,
		"ip link set x up: no such device":                                                     "ip link set x up: 沒有這個介面（no such device）",
		"open /run/netns/x: no such file or directory":                                         "沒有 x 這個命名空間（/run/netns 裡找不到）",
		`word 2, "foo": expected add, set or del`:                                              `第 2 個字 "foo"：這裡應該是 add、set 或 del`,
		`word 3, "ad": expected add or set; did you mean "add"?`:                               `第 3 個字 "ad"：這裡應該是 add 或 set；你是不是要打 "add"？`,
		"the command ends where the name of a link should be":                                  "指令不完整，後面還要有介面的名字",
		`expected table or chain, found "tabel": did you mean table?`:                          `應該是 table 或 chain，卻是 "tabel"；你是不是要打 table？`,
		"x: file exists: ipv4: Address already assigned":                                       "x: 已經存在（file exists）：IPv4：這個介面已經有這個位址（Address already assigned）",
		"accepts 1 arg(s), received 0\n  usage: vethlab ping HOST":                             "需要 1 個參數，卻有 0 個\n  用法：vethlab ping HOST",
		`unknown lesson "brigde": did you mean bridge? (list them: vethlab learn --list)`:      `沒有 "brigde" 這一課；你是不是要打 bridge？（用 vethlab learn --list 列出來）`,
		`exec: "nosuch": executable file not found in $PATH`:                                   `無法執行：找不到 "nosuch" 這個指令（command not found）`,
		"(7) lookup web on 10.0.0.1:53: dial udp 10.0.0.1:53: connect: network is unreachable": "向 DNS 伺服器 10.0.0.1:53 查詢 web 失敗：沒有路由可以到那裡（network is unreachable）",
		"lab l is up: 3 nodes, 2 links in 6 ms":                                                "實驗 l 建立好了：3 個節點、2 條線，花了 6 ms",
		"lab l is up to date":                                                                  "實驗 l 不需要更動",
		"From a stranger: file exists\nno row":                                                 "From a stranger: 已經存在（file exists）\nno row",
	} {
		if got, ok := messages.In(words.Taiwan, english); got != want || !ok {
			t.Errorf("%q:\n got %q, %v\nwant %q", english, got, ok, want)
		}
		if got, ok := messages.In(words.English, english); got != english || ok {
			t.Errorf("in English: %q, %v", got, ok)
		}
	}
	const unknown = "nothing of this: is in the table"
	if got, ok := messages.In(words.Taiwan, unknown); got != unknown || ok {
		t.Errorf("got %q, %v", got, ok)
	}
}

// Each row has Chinese, inserts every argument but a number at most, and is reached: no row
// before it matches all that it matches.
func TestRows(t *testing.T) {
	arguments := strings.NewReplacer("%d", "7", "%q", `"quoted"`, "%s", "some", "%w", "any")
	for _, format := range messages.Formats() {
		example := arguments.Replace(format)
		got, ok := messages.In(words.Taiwan, "found: expected "+example)
		if !strings.ContainsFunc(got, isHan) || !ok || strings.Contains(got, "%!") {
			t.Errorf("%q: %q, %v", format, got, ok)
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// leftOut matches the sources whose errors no lesson prints, with the reason. All other
// sources are searched.
var leftOut = regexp.MustCompile(strings.Join([]string{
	`_test\.go$`,
	`^(messages|fences|golden|mutate|topotest|usertest|vm)/`,     // not in the program, or this table
	`^(importer|shell|hostmap|feature|xtables|guarded)/.*`,       // import, map and doctor: about other programs and the machine
	`^cli/(import|map|doctor)\.go$`,                              // their commands
	`^iproute2/(brctl|iptables.*|sysctl|nft|bridge|script)\.go$`, // commands of scripts that lessons do not have
	`^(plan|state|compile)/`,                                     // a plan that contradicts its State: never printed
	`^(tutor/.*|ipshow/(detail|kind)|netns/netnstest/.*)\.go$`,   // texts of their own, and no messages
	`^\.\./\.\./(exec|node)\.go$`,                                // mistakes in a Go program
}, "|"))

// calls are the functions and methods that make errors, with the position of the format.
var calls = map[string]int{
	"Errorf": 0, "New": 0, "errorAt": 1, "fail": 1, "unexpected": 0, "unsupported": 0, "Missing": 0, "Value": 0, "Number": 0,
	"word": 0, "name": 0, "notice": 0, "hint": 0, "because": 1, "notify": 1,
}

// Every error that a command in a lesson can print is in the table.
func TestEveryErrorIsTranslated(t *testing.T) {
	known := map[string]bool{}
	for _, format := range messages.Formats() {
		known[normal(format)] = true
	}
	found := map[string]bool{}
	for _, file := range sources(t) {
		formatsOf(t, file, func(at token.Position, format string) {
			found[format] = true
			if !translated(known, format) {
				t.Errorf("%s: no Chinese for %q", at, format)
			}
		})
	}
	if len(found) < 300 {
		t.Errorf("found only %d formats in the sources", len(found))
	}
}

// sources returns the files of the library and of internal that are not left out. Nor is
// topo included: the mistakes in a lab file are quoted with their lines, and no lesson has a
// lab file.
func sources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, leftOut.MatchString)
	if err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		name, _ := filepath.Rel("..", path)
		if err == nil && strings.HasSuffix(path, ".go") && !leftOut.MatchString(filepath.ToSlash(name)) {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// normal returns a format with all verbs as %s.
func normal(format string) string {
	return regexp.MustCompile(`%(0\d)?[dqvwTo]`).ReplaceAllString(format, "%s")
}

// keyword matches what stays as it is: nothing but verbs, or a word of ip or nft.
var keyword = regexp.MustCompile(`^([^a-zA-Z]*(%s)?)*$|^"?[a-z]+"?$`)

// translated reports whether the table has a format, or what it consists of: parts between
// colons, and a suggestion at the end.
func translated(known map[string]bool, format string) bool {
	format = strings.TrimSpace(normal(format))
	switch {
	case known[format], known[strings.TrimSuffix(format, "%s")], keyword.MatchString(format):
		return true
	case strings.Contains(format, "\n"):
		return !slices.ContainsFunc(strings.Split(format, "\n"), func(line string) bool { return !translated(known, strings.TrimSpace(line)) })
	case !strings.Contains(format, "%"): // an example of a row with verbs
		if got, _ := messages.In(words.Taiwan, "expected "+format); !strings.HasSuffix(got, format) {
			return true
		}
	}
	left, right, split := strings.Cut(format, ": ")
	return split && translated(known, left) && translated(known, right)
}

// formatsOf calls f for each format of an error in a file.
func formatsOf(t *testing.T, file string, f func(at token.Position, format string)) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		position, makes := calls[callee(call)]
		if makes && position < len(call.Args) {
			if format, ok := literal(call.Args[position]); ok {
				f(set.Position(call.Pos()), format)
			}
		}
		return true
	})
}

// literal returns the value of a string literal, or of several joined by +.
func literal(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, also := literal(e.Y)
		return left + right, ok && also
	}
	return "", false
}

func callee(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok && fun.Sel.Name == "New" && id.Name != "errors" {
			return ""
		}
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}

func TestFormatsAreDifferent(t *testing.T) {
	formats := messages.Formats()
	slices.Sort(formats)
	for i := range len(formats) - 1 {
		if formats[i] == formats[i+1] {
			t.Errorf("twice in the table: %q", formats[i])
		}
	}
}

// Every line of the reports of passing and failing tests is Chinese in a Chinese lesson. What
// stays English is quoted, in brackets beside its translation, or a name.
func TestReports(t *testing.T) {
	files, err := filepath.Glob("../../testdata/contract/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = durations.Replace(strings.TrimSuffix(line, "\n"))
			if sentence := reportSentence(line); sentence != "" {
				got, _ := messages.In(words.Taiwan, sentence)
				if left := english.FindString(kept.ReplaceAllString(got, "")); left != "" || !strings.ContainsFunc(got, isHan) {
					t.Errorf("%s: %q is not translated in %q\n    of %q", file, left, got, line)
				}
			}
		}
	}
}

// durations replaces the placeholders of the golden files for durations and counts.
var durations = strings.NewReplacer("# were answered", "2 of 5 were answered", "#", "12 ms")

// reportSentence returns the part of a report's line that is a sentence; "" if it has none.
func reportSentence(line string) string {
	switch result := resultLine.FindStringSubmatch(line); {
	case result != nil:
		return result[1]
	case strings.Contains(line, ": expected"), strings.HasPrefix(line, "        ") && strings.Contains(line, " at "):
		return strings.TrimSpace(line)
	case strings.Contains(line, " tests, "):
		return line
	}
	return ""
}

var (
	resultLine = regexp.MustCompile(`^(?:ok  |FAIL)  .*?  ((?:[0-9]+ pairs |re|un|exit|expected).*)$`)
	kept       = regexp.MustCompile(`"[^"]*"|/[^/]*/|（[^（）]*）`)
	english    = regexp.MustCompile(`\b(expected|found|nothing|timeout|reachable|unreachable|refused|answer|node|nodes|pairs|path|exit|code|output|mtu|loss|throughput|the|is|of|at|to|in|no|within)\b`)
)
