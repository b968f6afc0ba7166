package xtables_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vethlab/vethlab/internal/xtables"
)

// A blob is a table as a little-endian kernel of 64 bits returned it. The tests of
// internal/kernel write them with -update, and what iptables-legacy-save -c prints.
type blob struct {
	Info    xtables.Info
	Entries []byte
}

func blobs(t testing.TB, f xtables.Family) []blob {
	t.Helper()
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the golden files are of a little-endian machine")
	}
	data, err := os.ReadFile(filepath.Join("testdata", string(f)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []blob
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func tables(t testing.TB, f xtables.Family) []xtables.Table {
	t.Helper()
	var list []xtables.Table
	for _, b := range blobs(t, f) {
		table, err := xtables.Decode(b.Info, b.Entries)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, table)
	}
	return list
}

// undecoded are the rules of the golden files with a part that is not decoded, as they
// are shown instead.
var undecoded = map[xtables.Family][]string{
	xtables.IPv4: {
		"-A FORWARD -p tcp -j [unknown target ECN revision 0, 8 bytes]",
		"-A FORWARD -j [unknown target IDLETIMER revision 1, 48 bytes]",
		"-A FORWARD -j [unknown target HMARK revision 0, 64 bytes]",
		"-A INPUT -m [unknown match u32 revision 0, 1984 bytes] -j DROP",
		"-A INPUT -p sctp -m [unknown match sctp revision 0, 296 bytes] -j ACCEPT",
		"-A INPUT -p dccp -m [unknown match dccp revision 0, 16 bytes] -j ACCEPT",
		"-A INPUT -m [unknown match ecn revision 0, 8 bytes] -j DROP",
		"-A INPUT -m [unknown match policy revision 0, 312 bytes] -j ACCEPT",
		"-A INPUT -m [unknown match cgroup revision 2, 528 bytes] -j DROP",
		"-A INPUT -m [unknown match bpf revision 1, 528 bytes] -j DROP",
		"-A INPUT -m [unknown match cluster revision 0, 16 bytes] -j DROP",
	},
	xtables.IPv6: {"-A INPUT -m [unknown match frag revision 0, 16 bytes] -j DROP"},
	xtables.ARP:  {"-A mine -j [unknown target mangle revision 0, 48 bytes]"},
}

// Tables are written as iptables-save and ip6tables-save write them.
func TestAsSaved(t *testing.T) {
	for f, unknown := range undecoded {
		text, err := os.ReadFile(filepath.Join("testdata", string(f)+".saved"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, table := range tables(t, f) {
			got += table.String()
		}
		want, lines := strings.Split(string(text), "\n"), strings.Split(got, "\n")
		var found []string
		for i, line := range lines {
			if strings.Contains(line, "[unknown ") && i < len(want) {
				_, rule, _ := strings.Cut(line, " ")
				found = append(found, rule)
				want[i] = line
			}
		}
		if d := cmp.Diff(want, lines); d != "" {
			t.Errorf("%s (-saved +decoded):\n%s", f, d)
		}
		if d := cmp.Diff(unknown, found); d != "" {
			t.Errorf("%s (-undecoded before +now):\n%s", f, d)
		}
	}
}

// Rules know their target, and a table what it holds.
func TestSummary(t *testing.T) {
	all := tables(t, xtables.IPv4)
	want := []string{"raw (4 rules)", "mangle (28 rules)", "nat (13 rules)", "filter (98 rules, FORWARD policy DROP)"}
	if got := xtables.Summary(all); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := xtables.Summary(tables(t, xtables.IPv6)[:1]), []string{"ip6tables mangle (5 rules)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	empty := xtables.Table{Family: xtables.IPv4, Name: "nat", Chains: []xtables.Chain{{Name: "OUTPUT", Policy: "ACCEPT"}, {Name: "mine"}}}
	if got := xtables.Summary([]xtables.Table{empty}); got != nil || !empty.Empty() {
		t.Errorf("an empty table is %q", got)
	}
	unread := xtables.Table{Family: xtables.ARP, Name: "filter", Unread: "cannot be read: too big"}
	if got := xtables.Summary([]xtables.Table{unread}); !slices.Equal(got, []string{"arptables filter (cannot be read: too big)"}) {
		t.Errorf("got %q", got)
	}
	var targets []string
	for _, r := range all[3].Chains[3].Rules {
		targets = append(targets, r.Target)
	}
	if want := []string{"RETURN"}; !slices.Equal(targets, want) {
		t.Errorf("targets %q of chain %s, want %q", targets, all[3].Chains[3].Name, want)
	}
}

func TestCommands(t *testing.T) {
	table := tables(t, xtables.IPv4)[3]
	got := table.Commands()
	want := []string{
		"iptables-legacy -t filter -P FORWARD DROP", "iptables-legacy -t filter -N DOCKER-USER", "iptables-legacy -t filter -N web",
		"iptables-legacy -t filter -A INPUT -s 10.0.0.0/8 -d 10.1.2.3/32 -i eth0 -p tcp -m tcp --sport 1024:65535 --dport 80 -j ACCEPT",
	}
	if d := cmp.Diff(want, got[:4]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if last := got[len(got)-1]; last != "iptables-legacy -t filter -A web -o lo -j LOG" {
		t.Errorf("the last command is %q", last)
	}
}

func chain(policy string, packets uint64, rules ...xtables.Rule) xtables.Table {
	return xtables.Table{Family: xtables.IPv4, Name: "filter", Chains: []xtables.Chain{
		{Name: "FORWARD", Policy: policy, Counters: xtables.Counters{Packets: packets}, Rules: rules},
	}}
}

func rule(text, target string, packets uint64) xtables.Rule {
	return xtables.Rule{Text: text, Target: target, Counters: xtables.Counters{Packets: packets}}
}

// A rise is of a rule or policy that may have dropped or changed what it counted, in a
// table that is the same.
func TestRises(t *testing.T) {
	logged, dropped, translated := rule("-j LOG", "LOG", 1), rule("-p udp -j DROP", "DROP", 1), rule("-j DNAT", "DNAT", 1)
	before := chain("DROP", 1, logged, dropped, translated)
	logged.Packets, dropped.Packets, translated.Packets = 5, 3, 2
	for _, tt := range []struct {
		name  string
		after xtables.Table
		want  []string
	}{
		{"nothing", before, nil},
		{"rules", chain("DROP", 1, logged, dropped, translated), []string{
			`true 2 rule "-A FORWARD -p udp -j DROP" in table filter`, `false 1 rule "-A FORWARD -j DNAT" in table filter`,
		}},
		{"policy", chain("DROP", 4, before.Chains[0].Rules...), []string{`true 3 policy DROP of FORWARD in table filter`}},
		{"another policy", chain("ACCEPT", 9, logged, dropped, translated), nil},
		{"other rules", chain("DROP", 9, logged), nil},
		{"counted from zero", chain("DROP", 0, before.Chains[0].Rules...), nil},
	} {
		var got []string
		for _, r := range xtables.Rises([]xtables.Table{before}, []xtables.Table{tt.after}) {
			got = append(got, fmt.Sprint(r.Drops(), " ", r.Packets, " ", r))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	if got := xtables.Rises(nil, []xtables.Table{before}); got != nil {
		t.Errorf("a new table has the rises %v", got)
	}
	accepts := chain("ACCEPT", 1)
	if got := xtables.Rises([]xtables.Table{accepts}, []xtables.Table{chain("ACCEPT", 9)}); got != nil {
		t.Errorf("a policy that accepts has the rises %v", got)
	}
}

// What is cut off or has another size is an error, and no part is dropped silently.
func TestMalformed(t *testing.T) {
	for _, b := range blobs(t, xtables.IPv4) {
		whole, err := xtables.Decode(b.Info, b.Entries)
		if err != nil {
			t.Fatal(err)
		}
		boundaries := map[int]bool{}
		for at := 0; at < len(b.Entries); at += int(binary.NativeEndian.Uint16(b.Entries[at+90:])) {
			boundaries[at] = true
		}
		for n := 1; n < len(b.Entries); n += 3 {
			if _, err := xtables.Decode(b.Info, b.Entries[:n]); (err == nil) != boundaries[n] {
				t.Fatalf("%d of %d bytes of %s: %v", n, len(b.Entries), whole.Name, err)
			}
		}
	}
	if _, err := xtables.Decode(xtables.Info{Family: "ebtables"}, nil); err == nil {
		t.Error("another family is decoded")
	}
}

// Text of a rule is one line, whatever a comment or a name holds.
func TestOneLine(t *testing.T) {
	b := blobs(t, xtables.IPv4)[3]
	entries := []byte(strings.Replace(string(b.Entries), "two words", "two\nCOM\x1b[", 1))
	entries = []byte(strings.ReplaceAll(string(entries), "DOCKER-USER", "DOCK\n\u2028SER"))
	table, err := xtables.Decode(b.Info, entries)
	if err != nil {
		t.Fatal(err)
	}
	text := table.String()
	if strings.Contains(text, "\nCOM\x1b") || strings.ContainsAny(text, "\x1b\u2028") || strings.Count(text, "\n") != strings.Count(tablesText(t), "\n") {
		t.Error(text)
	}
}

func tablesText(t *testing.T) string {
	table := tables(t, xtables.IPv4)[3]
	return table.String()
}

// FuzzDecode decodes anything: it returns an error, or a table of which all is printable.
func FuzzDecode(f *testing.F) {
	for i, family := range xtables.Families() {
		for _, b := range blobs(f, family) {
			f.Add(uint8(i), b.Info.ValidHooks, b.Info.HookEntry[1], b.Info.Underflow[1], b.Entries)
		}
	}
	f.Fuzz(func(t *testing.T, family uint8, hooks, entry, underflow uint32, entries []byte) {
		all := xtables.Families()
		info := xtables.Info{Family: all[int(family)%len(all)], Name: "fuzz", ValidHooks: hooks}
		for h := range xtables.Hooks {
			info.HookEntry[h], info.Underflow[h] = entry*uint32(h), underflow*uint32(h)
		}
		table, err := xtables.Decode(info, entries)
		if err != nil {
			return
		}
		lines := 2 + len(table.Chains)
		for _, c := range table.Chains {
			lines += len(c.Rules)
		}
		if text := table.String(); strings.Count(text, "\n") != lines {
			t.Errorf("%q has not %d lines", text, lines)
		}
		_, _, _ = table.Commands(), table.Empty(), xtables.Summary([]xtables.Table{table})
		xtables.Rises([]xtables.Table{table}, []xtables.Table{table})
	})
}
