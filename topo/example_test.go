package topo_test

import (
	"fmt"

	"github.com/vethlab/vethlab/topo"
)

// A lab and its contract as literals, and as the file that says the same.
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
