package lesson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/topo"
)

// page has a block of each kind.
const page = "---\nminutes: 5\nabout: A try.\n---\n\n# A title\n\nText of\ntwo lines.\n\n- one\n  more\n- two\n\n## First\n\n" +
	"```setup\nip netns add x\n```\n\n```serve\nx http 80\n```\n\n```run\nip netns add a\nip link add v0 \\\n  type veth\n```\n\n" +
	"Seen.\n\n```expect\nsome words\n```\n\n```check\na exists\nnot a:eth0 is up\n```\n\n```hint\nDo **it**.\n```\n\n" +
	"## Second\n\n```run fails\nfalse\n```\n\n```text\nas it is\n```\n\n```solution\ntrue\n```\n\n```check\nx does not exist\n```\n\n" +
	"```question\nWhy?\n- [ ] no\n- [x] yes\n> Because\n> of it.\n```\n\n```question\nHow many?\n= 2\n= two\n```\n"

func TestParse(t *testing.T) {
	l, err := lesson.Parse("dir/1-try.md", []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	para := func(text string) lesson.Prose {
		return lesson.Prose{Paragraphs: []lesson.Paragraph{{Text: text}}}
	}
	command := func(text string) lesson.Command { return lesson.Command{Text: text} }
	want := &lesson.Lesson{
		Name: "1-try", Title: "A title", About: "A try.", Minutes: 5,
		Intro: []lesson.Block{lesson.Prose{Paragraphs: []lesson.Paragraph{
			{Text: "Text of two lines."},
			{Bullet: "-", Text: "one more"},
			{Bullet: "-", Text: "two"},
		}}},
		Steps: []lesson.Step{
			{Title: "First", Blocks: []lesson.Block{
				lesson.Setup{Script: "ip netns add x"},
				lesson.Serve{Namespace: "x", Port: 80},
				&lesson.Task{
					Commands: []lesson.Command{command("ip netns add a"), command("ip link add v0 type veth")},
					Expect:   []string{"some words"},
					Checks:   []lesson.Check{{Text: "a exists"}, {Text: "not a:eth0 is up"}},
					Hints:    []lesson.Prose{para("Do **it**.")},
				},
				para("Seen."),
			}},
			{Title: "Second", Blocks: []lesson.Block{
				&lesson.Task{Commands: []lesson.Command{command("false")}, Fails: true},
				lesson.Code{Lines: []string{"as it is"}},
				&lesson.Task{Commands: []lesson.Command{command("true")}, Hidden: true, Checks: []lesson.Check{{Text: "x does not exist"}}},
				&lesson.Question{
					Text: para("Why?"), Why: para("Because of it."),
					Options: []lesson.Option{{Text: "no"}, {Text: "yes", Right: true}},
				},
				&lesson.Question{Text: para("How many?"), Answers: []string{"2", "two"}},
			}},
		},
	}
	options := cmp.Options{
		cmpopts.IgnoreTypes(topo.Pos{}, map[string]topo.Pos{}),
		cmp.Comparer(func(a, b lesson.Check) bool { return a.Text == b.Text }),
		cmpopts.EquateEmpty(),
	}
	if d := cmp.Diff(want, l, options); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if n := len(l.Tasks()); n != 3 {
		t.Errorf("%d tasks", n)
	}
}

// with returns a lesson with a step that contains a text from line 5 on.
func with(text string) string { return "# T\n\n## S\n\n" + text }

func TestMistakes(t *testing.T) {
	tests := []struct {
		name, text string
		want       string // of the first line of each mistake, joined by "|"
	}{
		{"nothing", "", "1:1: the lesson has no title|1:1: the lesson has no steps"},
		{"head", "---\nminute: 5\nminutes: x\nabout\npictures: no\npictures: solved\n---\n# T\n## S\n", `2:1: unknown key "minute" in the head|` +
			`3:9: invalid minutes "x" (want a number such as 15)|4:1: invalid line of the head (want KEY: VALUE)|` +
			`5:10: invalid pictures "no" (want always or solved)`},
		{"open head", "---\nminutes: 5\n# T\n## S", "1:1: the --- that ends the head of the file is missing"},
		{"two titles", with("# Other\n"), "5:1: a lesson has one title, before its steps"},
		{"open fence", with("```run\ntrue\n"), "5:1: the ``` that ends this block is missing"},
		{"kind", with("```cheque\na exists\n```\n"), `5:4: unknown kind of block "cheque"`},
		{"no command", with("```run\n\n```\n"), "5:1: the block has no command"},
		{"unknown argument", with("```run quietly\ntrue\n```\n"), `5:8: unknown argument "quietly" of run (want fails)`},
		{"arguments of check", with("```run\ntrue\n```\n```check all\na exists\n```\n"), `8:10: "check" takes no arguments`},
		{"check alone", with("```check\na exists\n```\n"), "5:1: check without a run or solution before it in this step"},
		{"check of another step", with("```run\ntrue\n```\n## T\n```hint\nx\n```\n"), "9:1: hint without a run or solution before it in this step"},
		{"run without step", "# T\n```run\ntrue\n```\n## S\n", "2:1: commands before the first step"},
		{"server", with("```serve\nweb ftp 21\na http 0\n```\n"), "6:1: invalid server (want NAMESPACE http PORT, such as web http 80)|7:8: invalid number \"0\" (want 1 to 65535)"},
		{"solution without check", with("```solution\ntrue\n```\n"), "5:1: a solution without a check"},
		{"question without answer", with("```question\nWhy?\n```\n"), "5:1: the question has no answer"},
		{"question without question", with("```question\n= 2\n```\n"), "5:1: the question is missing"},
		{"two right ones", with("```question\nWhy?\n- [x] a\n- [x] b\n```\n"), "5:1: 2 options are marked as right with - [x] (want 1)"},
		{"one option", with("```question\nWhy?\n- [x] a\n```\n"), "5:1: 1 options (want 2 to 9)"},
		{"both kinds", with("```question\nWhy?\n- [x] a\n- [ ] b\n= c\n```\n"), "5:1: a question has options (- [ ]) or answers (=), not both"},
		{"not UTF-8", "# \xff\n## S\n", "1:1: the file is not UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mistakes(t, tt.text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// mistakes parses a lesson and returns its mistakes in short.
func mistakes(t *testing.T, text string) string {
	t.Helper()
	l, err := lesson.Parse("f.md", []byte(text))
	var all topo.Errors
	if !errors.As(err, &all) || l != nil {
		t.Fatalf("%v, %v", l, err)
	}
	var list []string
	for _, e := range all {
		list = append(list, strings.TrimPrefix(e.Pos.String(), "f.md:")+": "+e.Msg)
	}
	return strings.Join(list, "|")
}

func TestCheckMistakes(t *testing.T) {
	tests := []struct{ line, want, hint string }{
		{"not", "4: missing namespace or link, such as ns1 or ns1:veth0", ""},
		{"a:b:c exists", `1: invalid namespace or link "a:b:c" (want ns1, host, ns1:veth0 or host:veth0)`, ""},
		{"a", "2: missing verb", "known: exists; does not exist; is up;"},
		{"a exits", `3: unknown verb "exits"`, "did you mean exists?"},
		{"a is pu", `3: unknown verb "is pu"`, "did you mean is up?"},
		{"a is up", `1: "is up" applies to a link, such as ns1:veth0`, ""},
		{"a:b reaches 10.0.0.1", `1: "reaches" applies to a namespace, such as ns1`, ""},
		{"a exists now", `10: unexpected word "now"`, ""},
		{"a:b has address 10.0.0.1", `17: invalid prefix "10.0.0.1" (want an address with a length, such as 10.0.0.2/24)`, ""},
		{"a:b has mtu big", `13: invalid number "big" (want 1 to 65536)`, ""},
		{"a:b peers with c", `16: invalid link "c" (want one such as ns2:veth1)`, ""},
		{"a:b is a port of", "17: missing bridge", ""},
		{"a has default route over 10.0.0.1", "21: missing via: has default route via ADDRESS", ""},
		{"a has route to 10.0.0.0/8 via b", `31: invalid address "b" (want one such as 10.0.0.2)`, ""},
		{"a has sysctl kernel.x = 1", `14: invalid sysctl "kernel.x" (want one that begins with net.)`, ""},
		{"a has sysctl net.x 1", "20: missing =: has sysctl KEY = VALUE", ""},
		{"a has sysctl net.x =", "21: missing value", ""},
		{"a reaches b", `11: invalid address "b" (want one such as 10.0.0.2)`, ""},
		{"a reaches 10.0.0.1 tpc 80", `20: unknown protocol "tpc" (want tcp, udp or http)`, ""},
		{"a reaches 10.0.0.1 tcp", `20: invalid number "" (want 1 to 65535)`, ""},
	}
	for _, tt := range tests {
		_, err := lesson.Parse("f.md", []byte(with("```run\ntrue\n```\n```check\n"+tt.line+"\n```\n")))
		var all topo.Errors
		if !errors.As(err, &all) || len(all) != 1 {
			t.Errorf("%s: %v", tt.line, err)
			continue
		}
		if got := strings.TrimPrefix(all[0].Pos.String(), "f.md:9:") + ": " + all[0].Msg; got != tt.want || !strings.HasPrefix(all[0].Hint, tt.hint) {
			t.Errorf("%s: got %s (%s)\nwant %s (%s)", tt.line, got, all[0].Hint, tt.want, tt.hint)
		}
	}
}

// Parse never panics, and each mistake has a position in the file.
func FuzzParse(f *testing.F) {
	f.Add(page)
	f.Add(with("```check\nnot x is a port of\n```"))
	f.Add("---\n---\n```question\n```")
	f.Add(with("```run\n\\\n\\\n```\n- \n1. \n"))
	f.Fuzz(func(t *testing.T, text string) {
		l, err := lesson.Parse("f.md", []byte(text))
		if (l == nil) == (err == nil) {
			t.Fatal(l, err)
		}
		var all topo.Errors
		if !errors.As(err, &all) {
			return
		}
		lines := strings.Count(text, "\n") + 1
		for _, e := range all {
			if e.Pos.Line < 1 || e.Pos.Line > lines || e.Pos.Col < 1 || e.Msg == "" {
				t.Errorf("%+v in %d lines", e, lines)
			}
		}
	})
}
