package topo_test

import (
	"errors"
	"fmt"

	"github.com/vethlab/vethlab/topo"
)

// A lab with tests as Go literals, and the equal lab file.
func Example() {
	serve := false
	lab := topo.Topology{
		Name: "shop",
		Nodes: topo.Nodes{
			{Name: "r", Kind: topo.Router},
			{Name: "web1", Group: []string{"web"}},
			{Name: "web2", Group: []string{"web"}},
		},
		Links: []topo.Link{
			{Endpoints: [2]topo.Endpoint{{Node: "client"}, {Node: "r"}}},
			{Endpoints: [2]topo.Endpoint{{Node: "r"}, {Node: "web1"}}},
			{Endpoints: [2]topo.Endpoint{{Node: "r"}, {Node: "web2"}}},
		},
		Tests: []topo.Test{
			{From: []string{topo.AllNodes}, To: []string{topo.AllNodes}},
			{From: []string{"client"}, To: []string{"web"}, Via: topo.Via{Protocol: topo.TCP, Port: 443}, Within: 20 * topo.Millisecond},
			{From: []string{"client"}, To: []string{"web"}, Via: topo.Via{Protocol: topo.TCP, Port: 22}, Expect: topo.Refused, Serve: &serve},
			{From: []string{"client"}, To: []string{"web1"}, Loss: topo.Bound[topo.Percent]{Side: topo.Below, Limit: 1}, Path: []string{"r"}},
			{Run: []string{"ip route | grep default"}, On: []string{"web"}, RetryFor: 5 * topo.Second},
		},
	}
	if err := lab.Validate(); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s", lab.Format())
	// Output:
	// name: shop
	// nodes:
	//   r: {kind: router}
	//   web1: {group: web}
	//   web2: {group: web}
	// links:
	//   - [client, r]
	//   - [r, web1]
	//   - [r, web2]
	// tests:
	//   - {from: all, to: all}
	//   - {from: client, to: web, via: tcp/443, within: 20ms}
	//   - {from: client, to: web, via: tcp/22, expect: refused, serve: false}
	//   - {from: client, to: web1, loss: "<1%", path: [r]}
	//   - {run: "ip route | grep default", on: web, retry_for: 5s}
}

// Parse returns all mistakes, each with its position.
func ExampleParse() {
	_, err := topo.Parse("lab.yaml", []byte(`nodes:
  a: {kind: roter}
links:
  - [a, b]
tests:
  - {from: a, to: c}
`))
	if mistakes, ok := errors.AsType[topo.Errors](err); ok {
		for _, m := range mistakes {
			fmt.Println(m.Pos, m.Hint)
		}
	}
	// Output:
	// lab.yaml:2:13 did you mean "router"?
	// lab.yaml:6:19
}

func ExampleTopology_Validate() {
	lab := topo.Topology{
		Name:  "lab",
		Nodes: topo.Nodes{{Name: "a"}, {Name: "a"}},
	}
	fmt.Println(lab.Validate())
	// Output:
	// nodes.a: two nodes have the name "a"
}

// An edit of a copy.
func ExampleTopology_Clone() {
	lab := topo.MustParse("links: [[a, b]]")
	edited := lab.Clone()
	edited.Links = append(edited.Links, topo.Link{Endpoints: [2]topo.Endpoint{{Node: "b"}, {Node: "c"}}})
	fmt.Println(len(lab.Links), len(edited.Links))
	// Output:
	// 1 2
}

func ExampleParseVia() {
	for _, text := range []string{"tcp/443", "http://web:8080/health", "dns/web.example"} {
		via, err := topo.ParseVia(text)
		fmt.Println(via.Protocol, via.Port, via.Host, via.Path, via.Name, err)
	}
	// Output:
	// tcp 443    <nil>
	// http 8080 web /health  <nil>
	// dns 0   web.example <nil>
}

func ExampleParseRate() {
	rate, err := topo.ParseRate("1.5gbit")
	fmt.Println(int64(rate), rate, err)
	// Output:
	// 1500000000 1500mbit <nil>
}
