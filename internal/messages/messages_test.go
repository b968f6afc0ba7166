package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
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
		`expected table or chain, found "tabel": did you mean table?`:                          `這裡應該是 table 或 chain，卻是 "tabel"；你是不是要打 table？`,
		"x: file exists: ipv4: Address already assigned":                                       "x: 已經存在（file exists）：IPv4：這個介面已經有這個位址（Address already assigned）",
		"accepts 1 arg(s), received 0\n  usage: vethlab ping HOST":                             "需要 1 個參數，卻有 0 個\n  用法：vethlab ping HOST",
		`unknown lesson "brigde": did you mean bridge? (list them: vethlab learn --list)`:      `沒有 "brigde" 這一課；你是不是要打 bridge？（用 vethlab learn --list 列出來）`,
		`exec: "nosuch": executable file not found in $PATH`:                                   `無法執行：找不到 "nosuch" 這個指令（command not found）`,
		"(7) lookup web on 10.0.0.1:53: dial udp 10.0.0.1:53: connect: network is unreachable": "向 DNS 伺服器 10.0.0.1:53 查詢 web 失敗：沒有路由可以到那裡（network is unreachable）",
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

// printed are the sources whose errors the commands in a lesson print. Left out are the
// commands that lessons do not have: brctl, iptables, and nft and sysctl within a script.
var printed = []string{
	"iproute2/*.go", "iproute2/argv/*.go", "ipshow/query.go", "nft/*.go", "kernel/*.go", "netns/exec_linux.go", "netns/netns_linux.go",
	"applet/*.go", "placement/labs.go", "cli/exit.go", "cli/count.go", "cli/format.go",
	"cli/lab.go", "cli/node.go", "cli/file.go", "cli/lang.go", "cli/learn.go", "cli/ls.go",
}

var leftOut = regexp.MustCompile(`_test\.go$|iproute2/(brctl|iptables.*|sysctl|nft|bridge|script)\.go$`)

// calls are the functions and methods that make errors, with the position of the format.
var calls = map[string]int{
	"Errorf": 0, "New": 0, "errorAt": 1, "fail": 1, "unexpected": 0, "unsupported": 0, "Missing": 0, "Value": 0, "Number": 0,
	"word": 0, "name": 0, "notice": 0, "hint": 0,
}

// Every error that a command in a lesson can print is in the table.
func TestEveryErrorIsTranslated(t *testing.T) {
	known := map[string]bool{}
	for _, format := range messages.Formats() {
		known[normal(format)] = true
	}
	found := map[string]bool{}
	for _, pattern := range printed {
		files, err := filepath.Glob("../" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			if !leftOut.MatchString(file) {
				formatsOf(t, file, func(at token.Position, format string) {
					found[format] = true
					if !translated(known, format) {
						t.Errorf("%s: no Chinese for %q", at, format)
					}
				})
			}
		}
	}
	if len(found) < 100 {
		t.Errorf("found only %d formats in the sources", len(found))
	}
}

// normal returns a format with all verbs as %s.
func normal(format string) string {
	return regexp.MustCompile(`%[dqvwT]`).ReplaceAllString(format, "%s")
}

// keyword matches what stays as it is: nothing but verbs, or a word of ip or nft.
var keyword = regexp.MustCompile(`^([^a-zA-Z]*(%s)?)*$|^"?[a-z]+"?$`)

// translated reports whether the table has a format, or what it consists of: parts between
// colons, and a suggestion at the end.
func translated(known map[string]bool, format string) bool {
	format = normal(format)
	switch {
	case known[format], known[strings.TrimSuffix(format, "%s")], keyword.MatchString(format):
		return true
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
			if literal, ok := call.Args[position].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				format, _ := strconv.Unquote(literal.Value)
				f(set.Position(literal.Pos()), format)
			}
		}
		return true
	})
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
