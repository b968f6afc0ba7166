package nft_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/golden"
	"github.com/vethlab/vethlab/internal/nft"
)

// bytecodeFile has the output of `nft --debug=netlink list chain` for each of
// bytecodeRules: the instructions in the kernel, nft's listing, and ours if it differs.
const bytecodeFile = "testdata/bytecode.golden"

// TestBytecode checks that instructions are listed as nft lists them.
func TestBytecode(t *testing.T) {
	if golden.Update() {
		writeBytecode(t)
	}
	data, err := os.ReadFile(bytecodeFile)
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(string(data), "\n\n")[1:]
	compiled := 0
	if len(cases) < 150 {
		t.Errorf("%d rules, want at least 150", len(cases))
	}
	for _, c := range cases {
		source, rest, _ := strings.Cut(c, "\n")
		code, listing, _ := strings.Cut(rest, "\n= ")
		want, ours, differs := strings.Cut(strings.TrimSuffix(listing, "\n"), "\nnot ")
		if differs {
			want = ours
		}
		if got := disassembled(t, source, code); got != want {
			t.Errorf("%s: got  %s\nwant %s", source, got, want)
		}
		if compileAs(t, source, code, want) {
			compiled++
		}
	}
	if compiled < 60 {
		t.Errorf("compared the instructions of %d rules, want at least 60", compiled)
	}
}

// TestBytecodeIsOfNft compares the golden file with the installed nft, if it has the
// same version: every eighth rule.
func TestBytecodeIsOfNft(t *testing.T) {
	if testing.Short() {
		t.Skip("runs nft about 30 times")
	}
	data, err := os.ReadFile(bytecodeFile)
	if err != nil {
		t.Fatal(err)
	}
	wroteBy, _, _ := strings.Cut(string(data), "\n")
	if v := "# " + version(t); v != wroteBy {
		t.Skipf("the golden file was written by %s, installed is %s", wroteBy, v)
	}
	if _, err := listed(t, "table ip t { }"); err != nil {
		t.Skip("nft cannot make tables here: ", err)
	}
	for i, source := range bytecodeRules() {
		if i%8 > 0 {
			continue
		}
		if got, err := bytecode(t, source); err == nil && !strings.Contains(string(data), "\n# "+source+"\n"+got) {
			t.Errorf("nft now prints for %s\n%s", source, got)
		}
	}
}

func writeBytecode(t *testing.T) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", version(t))
	for _, source := range bytecodeRules() {
		text, err := bytecode(t, source)
		if err != nil {
			t.Logf("nft refuses %s: %v", source, err)
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n%s\n", source, text)
		code, want, _ := strings.Cut(text, "\n= ")
		if ours := disassembled(t, "# "+source, code); ours != want {
			fmt.Fprintf(&b, "not %s\n", ours)
		}
	}
	if err := os.WriteFile(bytecodeFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// bytecode creates a rule with nft in a new network namespace and returns its
// instructions and listing.
func bytecode(t *testing.T, source string) (string, error) {
	t.Helper()
	family, rule, _ := strings.Cut(source, ": ")
	family, isNAT := strings.CutPrefix(family, "nat ")
	head := "type filter hook input priority 0"
	if isNAT {
		head = "type nat hook postrouting priority 0"
	}
	script := fmt.Sprintf("table %s t { set s { type ipv4_addr; }; set both { type ipv4_addr . inet_service; }; chain other { }; chain c { %s; %s; }; }", family, head, rule)
	cmd := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--net", "sh", "-c", "nft -f - && nft --debug=netlink list chain "+family+" t c")
	cmd.Stdin = strings.NewReader(script)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	var code, listing []string
	for line := range strings.Lines(stderr.String() + string(out)) {
		switch line = strings.TrimRight(line, " \n"); {
		case strings.HasPrefix(line, "  ["), strings.HasPrefix(line, "\telement"):
			code = append(code, strings.TrimSpace(line))
		case strings.HasPrefix(line, "\t\t") && !strings.HasPrefix(line, "\t\ttype"):
			listing = append(listing, strings.TrimSpace(line))
		}
	}
	elements := slices.IndexFunc(code, func(line string) bool { return strings.HasPrefix(line, "[") })
	slices.Sort(code[:elements]) // hash tables have no order
	return strings.Join(code, "\n") + "\n= " + strings.Join(listing, " "), nil
}

// compileAs compares our instructions of a rule with nft's. It reports whether it
// could: only if nft lists the rule as source has it, and if the numbers of
// instructions are equal, since nft joins some.
func compileAs(t *testing.T, source, code, listing string) bool {
	t.Helper()
	r, err := nft.ParseRule(familyOf(source), listing)
	if err != nil || !strings.HasSuffix(source, ": "+listing) {
		return false
	}
	got, err := nft.Compile(familyOf(source), r, links{"lo", "eth1"})
	if err != nil {
		t.Errorf("%s: %v", source, err)
	}
	want := assembled(t, code)
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if l, ok := got[i].(nft.Lookup); ok { // nft prints only part of a set
			l.Inner = nil
			got[i] = l
		}
		if l, ok := want[i].(nft.Lookup); ok {
			l.Inner = nil
			want[i] = l
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-nft +ours):\n%s", source, d)
	}
	return true
}

// disassembled returns our listing of a rule's instructions.
func disassembled(t *testing.T, source, code string) string {
	t.Helper()
	rule := nft.Rule{Statements: nft.Decompile(familyOf(source), assembled(t, code), links{"lo", "eth1"})}
	text, err := rule.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// familyOf returns the family of a source such as "# nat ip: masquerade".
func familyOf(source string) nft.Family {
	head, _, _ := strings.Cut(source, ": ")
	words := strings.Fields(head)
	return nft.Family(words[len(words)-1])
}
