package fences

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// wordsFile is this file, whose strings are the avoided words.
const wordsFile = "internal/fences/words_test.go"

// An avoidedWord is a word of no defined meaning in this program, with the word to write
// in its place; see the list in CONTRIBUTING.md.
type avoidedWord struct {
	pattern string // a regular expression, in lower case
	instead string
	allowed string // a regular expression of legitimate uses around it; "": none

	exceptions map[string]string // reasons, by file
}

func avoidedWords() []avoidedWord {
	return []avoidedWord{
		{pattern: `ears?`, instead: "listener"},
		{pattern: `accompan(y|ies|ied)`, instead: "run a child and forward signals"},
		{pattern: `mend(s|ed|ing)?`, instead: "fix", exceptions: map[string]string{
			"internal/feature/report_test.go": "made-up remedies",
		}},
		{pattern: `keepers?`, instead: "holder process"},
		{pattern: `desks?`, instead: "terminal", exceptions: map[string]string{"examples/contract.yaml": "the switch of the desks in an office"}},
		{pattern: `wakes`, instead: "timers"},
		{pattern: `such a one`, instead: "the noun"},
		{pattern: `scratch`, instead: "temporary"},
		{pattern: `trials?`, instead: "test"},
		{pattern: `greetings?`, instead: "neighbour request", exceptions: map[string]string{
			"internal/vm/vm_linux_test.go": "the name of an environment variable of the test",
		}},
		{pattern: `strays?`, instead: "leaked, unexpected"},
		{pattern: `as a rule`, instead: "usually"},
		{pattern: `is no`, instead: "is not a, unknown", allowed: `there is no|is no (longer|more|other)`},
		{pattern: `who is asked`, instead: "the target"},
		{pattern: `what is there`, instead: "the existing objects"},
		{pattern: `(made|make|makes) anew`, instead: "recreate"},
		{pattern: `for ever`, instead: "forever"},
		{pattern: `the machine's own`, instead: "of the host namespace"},
		{pattern: `stands? on`, instead: "lower device, upper device"},
		{pattern: `spoken`, instead: "used, supported"},
		{pattern: `told`, instead: "reported, notified"},
		{pattern: `in its place`, instead: "instead"},
		{pattern: `elsewhere`, instead: "in another namespace, on another system"},
		{pattern: `furnish(ed|es)?`, instead: "set up"},
		{pattern: `introduced`, instead: "neighbour entry"},
		{pattern: `born`, instead: "created"},
		{pattern: `hears?`, instead: "receive"},
		{pattern: `an url`, instead: "a URL"},
		{pattern: `rooms?`, instead: "package, namespace, space"},
	}
}

// The list of words in CONTRIBUTING.md has each of these.
func TestContributingListsWords(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(strings.ToLower(string(text)), wordList)
	for _, w := range avoidedWords() {
		if !regexp.MustCompile(`\b(` + w.pattern + `)\b`).MatchString(list) {
			t.Errorf("CONTRIBUTING.md does not list %q", w.pattern)
		}
	}
}

// Identifiers, comments, pages and examples use the words of the field.
func TestWordsOfTheField(t *testing.T) {
	all := texts(t)
	for _, w := range avoidedWords() {
		find := regexp.MustCompile(`(?:^|[^\pL])(` + strings.ReplaceAll(w.pattern, " ", `\s+`) + `)(?:$|[^\pL])`)
		allowed := regexp.MustCompile(w.allowed)
		for _, x := range all {
			if w.exceptions[x.file] != "" || x.file == wordsFile {
				continue
			}
			lower := strings.ToLower(x.text)
			for _, at := range find.FindAllStringSubmatchIndex(lower, -1) {
				around := strings.Join(strings.Fields(lower[max(0, at[2]-12):min(len(lower), at[3]+12)]), " ")
				if w.allowed == "" || !allowed.MatchString(around) {
					line := x.line + strings.Count(lower[:at[2]], "\n")
					t.Errorf("%s:%d: %q: write %q instead", x.file, line, lower[at[2]:at[3]], w.instead)
				}
			}
		}
	}
}

// A prose is a text to read: a page, a comment, a string, or the words of an identifier.
type prose struct {
	file string // from the root of the module
	line int    // of its first line
	text string
}

// texts returns pages, lessons, examples, and all comments, strings and names of Go files.
func texts(t *testing.T) []prose {
	t.Helper()
	var pages []string
	for _, pattern := range []string{
		"docs/*.md", "*.md", "lessons/en/*.md", "examples/*.yaml", ".ci/run", ".golangci.yml",
	} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("found no %s: %v", pattern, err)
		}
		pages = append(pages, found...)
	}
	var list []prose
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, prose{fromRoot(page), 1, withoutWordList(string(text))})
	}
	files := token.NewFileSet()
	for _, path := range goFiles(t) {
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, textsOf(files, fromRoot(path), file)...)
	}
	return list
}

// wordList heads the table of avoided words in CONTRIBUTING.md.
const wordList = "| write | not |"

// withoutWordList returns a page without the rows of that table.
func withoutWordList(page string) string {
	before, after, found := strings.Cut(page, wordList)
	if !found {
		return page
	}
	rows, rest, _ := strings.Cut(after, "\n\n")
	return before + strings.Repeat("\n", strings.Count(rows, "\n")) + "\n\n" + rest
}

func fromRoot(path string) string { return strings.TrimPrefix(filepath.ToSlash(path), root+"/") }

func textsOf(files *token.FileSet, path string, file *ast.File) []prose {
	var list []prose
	for _, group := range file.Comments {
		lines := make([]string, len(group.List))
		for i, c := range group.List {
			lines[i] = strings.TrimPrefix(c.Text, "//")
		}
		list = append(list, prose{path, files.Position(group.Pos()).Line, strings.Join(lines, "\n")})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			list = append(list, prose{path, files.Position(n.Pos()).Line, spaced(n.Name)})
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				list = append(list, prose{path, files.Position(n.Pos()).Line, text})
			}
		}
		return true
	})
	return list
}

// spaced divides an identifier into its words.
func spaced(name string) string {
	var b strings.Builder
	last := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(last) || r == '_' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

func TestSpaced(t *testing.T) {
	for name, want := range map[string]string{"earOf": "ear Of", "nsID": "ns ID", "clear": "clear", "SO_EAR": "SO _EAR"} {
		if got := spaced(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
