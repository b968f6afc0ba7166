package draw_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vethlab/vethlab/internal/draw"
	"github.com/vethlab/vethlab/internal/golden"
)

// renderers are the renderers except [Text].
var renderers = map[string]func(testing.TB, *draw.Scene) string{
	"svg":     func(_ testing.TB, s *draw.Scene) string { return draw.SVG(s) },
	"mermaid": func(_ testing.TB, s *draw.Scene) string { text, _ := draw.Mermaid(s); return text },
	"dot":     func(_ testing.TB, s *draw.Scene) string { return draw.DOT(s) },
	"d2":      func(_ testing.TB, s *draw.Scene) string { return draw.D2(s) },
	"json":    written,
}

func written(t testing.TB, s *draw.Scene) string {
	t.Helper()
	text, err := draw.JSON(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// engine returns a machine with a container engine's bridges and containers.
func engine() *draw.Scene {
	veth := func(name, bar string, addresses ...string) draw.Port {
		return draw.Port{Name: name, Kind: "veth", Bar: bar, Addresses: addresses, Up: true, Carrier: true}
	}
	cable := func(a, b, c, d string) draw.Cable {
		return draw.Cable{Ends: [2]draw.End{{Box: a, Port: b}, {Box: c, Port: d}}}
	}
	return &draw.Scene{
		Boxes: []draw.Box{
			{
				ID: "host", Name: "host", Kind: draw.Machine, Notes: []string{"NAT: masquerade"},
				Bars: []draw.Bar{{Name: "docker0", Addresses: []string{"172.17.0.1/16"}, Up: true}, {Name: "br-1", Up: false}},
				Ports: []draw.Port{
					{Name: "eth0", Addresses: []string{"192.0.2.10/24"}, Up: true, Carrier: true, MTU: 9000},
					veth("veth1", "docker0"), veth("veth2", "br-1"), veth("veth3", "docker0"),
				},
			},
			{ID: "web", Name: "web", Kind: draw.Container, Subtitle: "nginx:1.29", Ports: []draw.Port{veth("eth0", "", "172.17.0.2/16")}},
			{ID: "db", Name: "db", Kind: draw.Container, Ports: []draw.Port{{Name: "eth0", Addresses: []string{"172.18.0.2/16"}}}},
			{ID: "job", Name: "job", Kind: draw.Container, Ports: []draw.Port{veth("eth0", "")}},
			{ID: "mac", Name: "mac", Kind: draw.Container, Ports: []draw.Port{{Name: "mv0", Kind: "macvlan", Addresses: []string{"192.0.2.20/24"}, Up: true, Carrier: true}}},
			{ID: "alone", Name: "alone"},
		},
		Cables: []draw.Cable{
			cable("host", "veth1", "web", "eth0"), cable("host", "veth2", "db", "eth0"), cable("host", "veth3", "job", "eth0"),
		},
		Relations: []draw.Relation{{From: draw.End{Box: "mac", Port: "mv0"}, To: draw.End{Box: "host", Port: "eth0"}, Label: "macvlan"}},
	}
}

// star returns a Scene of hosts on a switch.
func star(t testing.TB, hosts int) *draw.Scene {
	text := "addressing: {ipv6: none}\nnodes: {hub: {kind: switch}}\nlinks:\n"
	for i := range hosts {
		text += fmt.Sprintf("  - [h%d, hub]\n", i+1)
	}
	return draw.FromState(stateOf(t, text), nil)
}

func TestRenderers(t *testing.T) {
	scenes := map[string]*draw.Scene{
		"engine": engine(), "two-bridges": draw.TwoBridges(),
		"folded": draw.Fold(star(t, 160)),
		"nat": draw.FromState(stateOf(t, `{addressing: {ipv6: none}, nodes: {r: {kind: router, nftables: "table ip nat { chain post `+
			`{ type nat hook postrouting priority 100; policy accept; oifname eth1 masquerade; }; }"}}, links: [[a, r], [r, b]]}`), nil),
	}
	for name, scene := range scenes {
		for language, render := range renderers {
			t.Run(name+"."+language, func(t *testing.T) { golden.Compare(t, "testdata/"+name+"."+language+".golden", render(t, scene)) })
		}
		t.Run(name+".text", func(t *testing.T) { golden.Compare(t, "testdata/"+name+".text.golden", draw.Text(scene, draw.Page{})) })
	}
}

// Similar leaves become one box with the range of their names; other boxes stay.
func TestFold(t *testing.T) {
	whole := star(t, 160)
	folded := draw.Fold(whole)
	if len(whole.Boxes) != 161 || len(folded.Boxes) != 2 || len(folded.Cables) != 1 || folded.Cables[0].Count != 160 {
		t.Fatalf("%d boxes became %d with %v", len(whole.Boxes), len(folded.Boxes), folded.Cables)
	}
	box := folded.Box("lab.h1")
	if box == nil || box.Name != "×160 h1 … h160" || box.Count != 160 {
		t.Errorf("folded into %+v", box)
	}
	small := star(t, 149)
	if draw.Fold(small) != small {
		t.Error("a picture of 150 boxes was folded")
	}
	one := star(t, 160)
	one.Box("lab.h7").Port("eth0").Up = false
	if n := len(draw.Fold(one).Boxes); n != 3 {
		t.Errorf("%d boxes, want 3: the leaf that is down is not folded", n)
	}
}

// FuzzNames checks that a picture with any name is valid and has the same elements as
// with a plain name.
func FuzzNames(f *testing.F) {
	for _, name := range []string{
		"a", `"`, `'`, `\`, "<b>", "&amp;", "</text><script>alert(1)</script>", "]]>", "end", "x\ny", "\x00\x1b[31m", "${x}", "#35;",
		"|", "[[x]]", "{}", "-->", "%%", "`", "名前", "e\u0301", "\u202e", "\ufffe", "\xff", strings.Repeat("long", 70), "  ", "",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		plain, odd := named("plain"), named(name)
		validXML(t, draw.SVG(odd))
		if want, got := regexp.MustCompile(`<[a-z]+`).FindAllString(draw.SVG(plain), -1), regexp.MustCompile(`<[a-z]+`).FindAllString(draw.SVG(odd), -1); fmt.Sprint(want) != fmt.Sprint(got) {
			t.Errorf("SVG with the name %q has other elements", name)
		}
		for language, quoted := range map[string]string{
			"mermaid": `"[^"\n]*"`,
			"dot":     `"(\\.|[^"\\\n])*"|>[^<>\n]*<`,
			"d2":      `"(\\.|[^"\\\n])*"`,
		} {
			blank := func(s string) string { return regexp.MustCompile(quoted).ReplaceAllString(s, "…") }
			if want, got := blank(renderers[language](t, plain)), blank(renderers[language](t, odd)); want != got {
				t.Errorf("%s with %q is\n%s, with a plain name\n%s", language, name, got, want)
			}
		}
		if text := written(t, odd); !json.Valid([]byte(text)) {
			t.Errorf("invalid JSON: %s", text)
		}
		text := draw.Text(odd, draw.Page{Width: 4000})
		if strings.ContainsAny(text, "\x00\x1b\r\u2028") || !utf8.ValidString(text) {
			t.Errorf("the name moves the cursor: %q", text)
		}
	})
}

// named returns a Scene in which everything has that name. It is not a path, so its
// layout does not depend on the width of the name.
func named(name string) *draw.Scene {
	port := func(prefix string) draw.Port {
		return draw.Port{Name: prefix + name, Kind: name, Addresses: []string{name}, MAC: name, Up: true, Carrier: true}
	}
	s := &draw.Scene{Boxes: []draw.Box{{
		ID: "hub" + name, Name: "hub" + name, Subtitle: "s" + name, Notes: []string{name}, Details: []string{name},
		Bars: []draw.Bar{{Name: "br" + name, Up: true}},
	}}}
	for _, k := range []string{"a", "b", "c"} {
		s.Boxes = append(s.Boxes, draw.Box{ID: k + name, Name: k + name, Kind: draw.Kind(name), Ports: []draw.Port{port("eth")}})
		s.Boxes[0].Ports = append(s.Boxes[0].Ports, port(k))
		s.Cables = append(s.Cables, draw.Cable{
			Ends:  [2]draw.End{{Box: "hub" + name, Port: k + name}, {Box: k + name, Port: "eth" + name}},
			Label: "l" + name,
		})
	}
	s.Relations = []draw.Relation{{
		From: draw.End{Box: "a" + name, Port: "eth" + name}, To: draw.End{Box: "hub" + name, Port: "br" + name}, Label: "l" + name,
	}}
	return s
}

func validXML(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}
