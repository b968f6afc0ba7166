package tutor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/iproute2"
	"github.com/vethlab/vethlab/internal/lesson"
	"github.com/vethlab/vethlab/internal/state"
	"github.com/vethlab/vethlab/internal/tutor"
	"github.com/vethlab/vethlab/internal/words"
)

// A model is a machine without a kernel: commands are applied to a State. "show" prints
// something, "false" fails.
type model struct {
	terminal *terminal
	state    *state.State
	ran      []string
	quiet    []string
	shells   int
	served   []lesson.Serve
}

func (m *model) play(command string) (string, int) {
	switch {
	case command == "false":
		return "", 1
	case strings.HasPrefix(command, "show"), command == "ip link", command == "ip link show":
		return fmt.Sprintf("%d namespaces\n", len(m.state.Namespaces)-1), 0
	}
	op, err := iproute2.Parse(command)
	if err == nil {
		err = op.Apply(m.state)
	}
	if err != nil {
		return err.Error() + "\n", 2
	}
	return "", 0
}

func (m *model) Run(_ context.Context, command string, _ bool) (string, int, error) {
	m.ran = append(m.ran, command)
	out, code := m.play(command)
	m.terminal.Print(out)
	return out, code, nil
}

func (m *model) RunHidden(_ context.Context, script string) (string, error) {
	m.quiet = append(m.quiet, script)
	for command := range strings.Lines(script) {
		if out, code := m.play(strings.TrimSpace(command)); code != 0 {
			return out, fmt.Errorf("exit code %d", code)
		} else if !strings.Contains(script, "\n") {
			return out, nil
		}
	}
	return "", nil
}

func (m *model) Serve(_ context.Context, s lesson.Serve) error {
	m.served = append(m.served, s)
	return nil
}

func (m *model) Shell(context.Context) error {
	m.shells++
	return nil
}

// Observe: every address of a link that is up is reached.
func (m *model) Observe(context.Context, []string) (lesson.Network, error) {
	s := m.state.Clone()
	return lesson.Network{State: s, Reaches: func(r lesson.Probe) bool {
		for _, ns := range s.Namespaces {
			for _, l := range ns.Links {
				for _, p := range l.Addresses {
					if p.Addr() == r.To && l.Up {
						return true
					}
				}
			}
		}
		return false
	}}, nil
}

// A terminal types prepared lines and then leaves.
type terminal struct {
	said  strings.Builder
	lines []string
}

func (t *terminal) Print(text string)           { t.said.WriteString(text) }
func (t *terminal) Type(prompt, command string) { t.Print(prompt + command + "\n") }
func (t *terminal) WaitToRead(string)           {}
func (t *terminal) Width() int                  { return 60 }

func (t *terminal) Paint(s tutor.Style, text string) string { return text }

func (t *terminal) ReadLine(_ context.Context, prompt string) (string, error) {
	t.Print(prompt)
	if len(t.lines) == 0 {
		return "", io.EOF
	}
	line := t.lines[0]
	t.lines = t.lines[1:]
	t.Print(line + "\n")
	return line, nil
}

// small is a lesson with each kind of block.
const small = "---\nminutes: 1\n---\n# Small\n\nA text with `code` and **more**.\n\n## One\n\n" +
	"```setup\nip netns add other\nip netns add third\n```\n\n```serve\nother http 80\n```\n\nMake it:\n\n" +
	"```run\nip netns add ns1\nip link add v0 type veth peer name eth0 netns ns1\n```\n\n" +
	"```check\nns1 exists\nhost:v0 peers with ns1:eth0\n```\n\n```hint\nIt takes two.\n```\n\n```hint\nAdd and add.\n```\n\n" +
	"```run\nshow\n```\n\n```expect\nnamespaces\n```\n\nThat was it.\n\n## Two\n\n" +
	"```solution\nip -n ns1 addr add 10.0.0.1/24 dev eth0\nip -n ns1 link set eth0 up\n```\n\n" +
	"```check\nns1:eth0 has address 10.0.0.1/24\nhost reaches 10.0.0.1\n```\n\n```hint\nAn address.\n```\n\n" +
	"```question\nWhich?\n- [ ] this\n- [x] that\n> It is that.\n```\n\n```question\nHow many?\n= 2\n= two\n> As many.\n```\n\n" +
	"```run fails\nfalse\n```\n"

func parse(t *testing.T, text string) *lesson.Lesson {
	t.Helper()
	l, err := lesson.Parse("small.md", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// play plays a lesson with these lines as input, without any with Auto.
func play(t *testing.T, text string, lang words.Lang, lines ...string) (m *model, said string, err error) {
	t.Helper()
	s := state.New()
	s.Add(state.Host)
	d := &terminal{lines: lines}
	m = &model{terminal: d, state: s}
	p := tutor.Player{Lesson: parse(t, text), Machine: m, Terminal: d, Lang: lang, Auto: lines == nil, CheckTimeout: time.Millisecond, Draw: picture}
	err = p.Play(t.Context())
	return m, d.said.String(), err
}

// picture lists namespaces and links.
func picture(s *state.State, _ int) string {
	var b strings.Builder
	for _, name := range s.Names() {
		fmt.Fprintf(&b, "[%s]", name)
		for _, link := range s.Namespaces[name].LinkNames() {
			l := s.Namespaces[name].Links[link]
			fmt.Fprintf(&b, " %s %v %v", link, l.Up, l.Addresses)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestAuto(t *testing.T) {
	for _, lang := range words.Langs() {
		m, said, err := play(t, small, lang)
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "testdata/auto."+string(lang)+".txt", said)
		if len(m.served) != 1 || m.served[0].Namespace != "other" {
			t.Error(m.served)
		}
	}
}

// With Auto, differences between a lesson and its commands are errors.
func TestAutoMismatches(t *testing.T) {
	tests := []struct{ was, is, want string }{
		{"ip netns add ns1\n", "ip netns add ns2\n", "small.md:23:1: ip link add v0 type veth peer name eth0 netns ns1: exit code 2"},
		{"ip netns add other", "ip netns", "small.md:10:1: setup: exit code 2"},
		{"```run\nshow", "```run fails\nshow", "small.md:40:1: show: exit code 0, but it must fail"},
		{"expect\nnamespaces", "expect\nbridges", "small.md:39:1: \"bridges\" is not in the output:\n3 namespaces\n"},
		{"host:v0 peers", "host:v1 peers", "small.md:28:1: host:v1 peers with ns1:eth0: The peer of v1 in the host is not eth0 in ns1."},
		{"ip -n ns1 link set eth0 up\n", "", "small.md:57:1: host reaches 10.0.0.1: the host does not reach 10.0.0.1."},
		{"ip netns add ns1\n", "ip netns add ns1\nip -n ns1 link set lo up\nip -n ns1 addr add 10.0.0.1/24 dev lo\n", ""},
		{"ns1:eth0 has address 10.0.0.1/24\nhost reaches 10.0.0.1", "ns1 exists", "small.md:51:1: all checks hold before the solution"},
		{"fails\nfalse", "fails\nshow", "small.md:80:1: show: exit code 0, but it must fail"},
	}
	for _, tt := range tests {
		text := strings.Replace(small, tt.was, tt.is, 1)
		if text == small {
			t.Fatalf("%q is not in the lesson", tt.was)
		}
		_, _, err := play(t, text, words.English)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if mismatch := (*tutor.MismatchError)(nil); got != "" && !errors.As(err, &mismatch) || !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%q: got %q, want %q", tt.is, got, tt.want)
		}
	}
}

// rest is the input from the second step to the end.
var rest = []string{"do", "2", "two", ""}

func TestInput(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string // printed, in this order
	}{
		{"enter", append([]string{"", "", "", ""}, rest...), []string{
			"    ip netns add ns1\n$ \n$ ip netns add ns1\n", "v0", "✓ Done.", "$ show\n3 namespaces\n", "That was it.", "[Enter]", "✓ Right.", "It is that.", "As many.", "The sandbox is deleted",
		}},
		{"other spelling", append([]string{"sudo ip net a ns1", "ip l a name v0 type veth peer name eth0 netns ns1", "show", ""}, rest...), []string{
			"    ip link add v0", "✓ Done.", "    show\n", "[Enter]", "✓ Done.",
		}},
		{"other commands, same result", append([]string{
			"ip netns add ns1", "ip -n ns1 link add eth0 type veth peer name v0 netns third", "ip -n third link del v0",
			"ip -n ns1 link add eth0 type veth peer name v1 netns third", "ip -n ns1 link del eth0", "", "", "",
		}, rest...), []string{"✓ Done.", "The sandbox is deleted"}},
		{"wrong command", []string{"ip netns add ns9", "ip netns add ns1", "ip nets add", "quit"}, []string{
			"ns9", "    ip netns add ns1\n$ ip netns add ns1", "    ip link add", `"nets"`, "(exit code 2)", "    ip link add", "See you.",
		}},
		{"something is missing", append([]string{
			"", "", "", "", "", "ip -n ns1 addr add 10.0.0.2/24 dev eth0", "ip -n ns1 link set eth0 up",
			"ip -n ns1 addr add 10.0.0.1/24 dev eth0",
		}, rest[1:]...), []string{
			"Not done yet:\n  - eth0 in ns1 does not have the address 10.0.0.1/24.\n  - the host does not reach 10.0.0.1.",
			"10.0.0.2/24", "Not done yet:", "Not done yet:", "✓ Done.", "Which?",
		}},
		{"hints", append([]string{"?", "hint", "?", "", "", "?", "", "", "?", "?"}, rest...), []string{
			"Hint: It takes two.", "Hint: Add and add.", "The command is: `ip netns add ns1`", "The command is: `show`",
			"Hint: An address.", "There are no more hints.",
		}},
		{"skip", append([]string{"skip", "skip", "", "skip"}, rest[1:]...), []string{"Skipped.", "show", "Skipped.", "[Enter]", "Skipped.", "Which?", "sandbox is deleted"}},
		{"do", append([]string{"", "do", "do", ""}, rest...), []string{"$ ip netns add ns1", "$ ip link add v0", "✓", "$ show", "$ ip -n ns1 addr add", "✓"}},
		{"help and shell", append([]string{"help", "shell", "", "", "", "help", "shell", "show", ""}, rest...), []string{
			"do the step for you", "A shell in the sandbox", "[Enter] help\n", "[Enter] shell\n", "[Enter] show\n", "[Enter] \n",
		}},
		{"look around", append([]string{"ip link", "", "", "show 2", "ip link show", "", ""}, rest...), []string{
			"2 namespaces", "3 namespaces", "Enter runs the shown command", "Enter runs",
		}},
		{"answers", append(append([]string{"", "", "", ""}, "do", "", "x", "3", "1", "ip link", "2", "three", " Two. "), ""), []string{
			"Your answer (1–2): \n", "x\n", "A number from 1 to 2", "✗ No.", "3 namespaces", "✓ Right.", "How many?", "✗ No.", "✓ Right.", "As many.",
		}},
		{"skipped answers", append(append([]string{"", "", "", ""}, "do", "skip", "?"), ""), []string{
			"The answer: 2) that", "It is that.", "The answer: 2\n", "As many.",
		}},
		{"quit at a question", []string{"", "", "", "", "do", "quit"}, []string{"Which?", "See you."}},
		{"quit at a pause", []string{"", "", "", "quit"}, []string{"[Enter] quit", "See you."}},
		{"end of input", []string{""}, []string{"See you."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, said, err := play(t, small, words.English, tt.lines...)
			last := tt.want[len(tt.want)-1]
			if left := last == "See you."; errors.Is(err, tutor.ErrQuit) != left || err != nil && !left {
				t.Errorf("%v", err)
			}
			from := 0
			for _, want := range tt.want {
				i := strings.Index(said[from:], want)
				if i < 0 {
					t.Fatalf("%q is not printed after %q:\n%s", want, said[:from], said[from:])
				}
				from += i + len(want)
			}
		})
	}
}

// A task is done when its checks hold, in whatever order the commands were run.
func TestTaskInOtherOrder(t *testing.T) {
	text := strings.Replace(small, "ip netns add ns1\nip link", "ip netns add ns0\nip netns add ns1\nip link", 1)
	m, said, err := play(t, text, words.English, append([]string{
		"ip netns add ns1", "ip link add v0 type veth peer name eth0 netns ns1", "", "",
	}, rest...)...)
	if err != nil || m.state.Namespace("ns0") != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
