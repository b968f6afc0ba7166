package vethlab_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/vethlab/vethlab"
	"github.com/vethlab/vethlab/topo"
)

// ctx is that of the program that an example is of.
var ctx = context.Background()

// A lab from the first to the last call.
func Example() {
	lab, err := vethlab.New(topo.MustParse(`
name: shop
nodes: {r: {kind: router}}
links: [[client, r], [r, web]]
tests: [{from: client, to: web, via: tcp/80}]
`))
	if err != nil {
		log.Fatal(err)
	}
	defer lab.Down(ctx)
	if _, err := lab.Up(ctx); err != nil {
		log.Fatal(err)
	}
	if report := lab.Verify(ctx); !report.OK() {
		log.Fatal(report)
	}
}

// The error names all mistakes of a description at once.
func ExampleNew() {
	_, err := vethlab.New(&topo.Topology{
		Name:  "pair",
		Nodes: topo.Nodes{{Name: "a", Interfaces: topo.Interfaces{{Name: "a-name-too-long-for-linux"}}}},
		Links: []topo.Link{{Endpoints: [2]topo.Endpoint{{Node: "a", Interface: "eth0"}, {Node: "a", Interface: "eth0"}}}},
	})
	var mistakes topo.Errors
	fmt.Println(errors.As(err, &mistakes), len(mistakes))
	// Output:
	// true 2
}

// Several labs of one description can run at the same time.
func ExampleNewAs() {
	description := topo.MustParse("name: pair\nlinks: [[a, b]]")
	for _, name := range []string{"pair-1", "pair-2"} {
		lab, err := vethlab.NewAs(name, description)
		if err != nil {
			log.Fatal(err)
		}
		namespace, _ := lab.Described().Namespace("a")
		fmt.Println(namespace)
	}
	// Output:
	// pair-1.a
	// pair-2.a
}

// Any program can go on with a lab that runs.
func ExampleFind() {
	lab, err := vethlab.Find("shop")
	if errors.Is(err, vethlab.ErrNotRunning) {
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	if err := lab.Down(ctx); err != nil {
		log.Fatal(err)
	}
}

func ExampleList() {
	labs, err := vethlab.List()
	if err != nil {
		log.Fatal(err)
	}
	for _, lab := range labs {
		fmt.Println(lab.Name, lab.Nodes)
	}
}

// mustLab is a lab of examples.
func mustLab(text string) *vethlab.Lab {
	lab, err := vethlab.New(topo.MustParse(text))
	if err != nil {
		log.Fatal(err)
	}
	return lab
}

// The plan that makes a lab, as a person would type it, and its first steps.
func ExampleLab_PlanNew() {
	lab := mustLab("name: pair\nprefix: ''\nlinks: [[a, b]]\naddressing: {ipv6: none}")
	for _, step := range lab.PlanNew().Steps()[:3] {
		fmt.Println(step)
	}
	// Output:
	// ip netns add a
	// ip -n a link set lo alias vethlab:pair/a
	// ip -n a link set lo up
}

// Each step knows its node and the line of the file that asks for it.
func ExamplePlan_Steps() {
	description, err := topo.Parse("pair.vethlab.yaml", []byte("name: pair\nlinks:\n  - [a, b]\n"))
	if err != nil {
		log.Fatal(err)
	}
	lab, err := vethlab.New(description)
	if err != nil {
		log.Fatal(err)
	}
	nodes, links := lab.PlanNew().Counts()
	fmt.Println(nodes, "nodes,", links, "link")
	for _, step := range lab.PlanDown().Steps() {
		fmt.Println(step)
	}
	first := lab.PlanNew().Steps()[0]
	fmt.Printf("%s  # %s, %s:%d\n", first.Command, first.Node, first.File, first.Line)
	// Output:
	// 2 nodes, 1 link
	// ip netns del pair.a
	// ip netns del pair.b
	// ip netns add pair.a  # a, pair.vethlab.yaml:3
}

// What a plan would do can be decided about before Up does it.
func ExampleLab_Plan() {
	lab := mustLab("name: pair\nlinks: [[a, b]]")
	plan, err := lab.Plan()
	if err != nil {
		log.Fatal(err)
	}
	if plan.Len() > 100 {
		log.Fatalf("too much to do: %d steps", plan.Len())
	}
}

// The addresses of a lab are known before it runs.
func ExampleLab_Described() {
	lab := mustLab("name: shop\nnodes: {r: {kind: router}}\nlinks: [[client, r], [r, web]]\naddressing: {ipv6: none}")
	for _, i := range lab.Described().Interfaces() {
		fmt.Printf("%-6s %-6s %s %s peer %s\n", i.Node, i.Kind, i.Name, i.Addresses, i.Peer)
	}
	// Output:
	// client host   eth0 [10.0.0.1/30] peer r:eth0
	// r      router eth0 [10.0.0.2/30] peer client:eth0
	// r      router eth1 [10.0.0.5/30] peer web:eth0
	// web    host   eth0 [10.0.0.6/30] peer r:eth1
}

// largeMTUs is a function that takes what the library returns.
func largeMTUs(s *vethlab.State) []vethlab.Interface {
	var large []vethlab.Interface
	for _, i := range s.Interfaces() {
		if i.MTU > 1500 {
			large = append(large, i)
		}
	}
	return large
}

func ExampleState_Interfaces() {
	lab := mustLab("name: jumbo\nlinks: [{endpoints: [a, b], mtu: 9000}, [b, c]]")
	for _, i := range largeMTUs(lab.Described()) {
		fmt.Println(i.Node, i.Name, i.MTU)
	}
	// Output:
	// a eth0 9000
	// b eth0 9000
}

func ExampleState_Resolve() {
	s := mustLab("name: shop\nlinks: [[client, web], [web, db]]").Described()
	for _, target := range []string{"web", "web:eth1", "192.0.2.7", "cache"} {
		addr, err := s.Resolve(target)
		fmt.Println(target, addr, err)
	}
	// Output:
	// web 10.0.0.2 <nil>
	// web:eth1 10.0.0.5 <nil>
	// 192.0.2.7 192.0.2.7 <nil>
	// cache invalid IP no such node: cache
}

func ExampleState_Routes() {
	s := mustLab("name: shop\nnodes: {r: {kind: router}}\nlinks: [[client, r], [r, web]]\naddressing: {ipv6: none}").Described()
	for _, r := range s.Routes("client") {
		fmt.Println(r.To, "via", r.Via, "dev", r.Interface)
	}
	// Output:
	// 0.0.0.0/0 via 10.0.0.2 dev eth0
}

// As JSON a state is what `vethlab show -o json` writes.
func ExampleState_MarshalJSON() {
	b, err := json.Marshal(mustLab("name: pair\nlinks: [[a, b]]").Described())
	if err != nil {
		log.Fatal(err)
	}
	var shown struct {
		Lab        string
		Interfaces []struct{ Node, Interface, Peer string }
	}
	if err := json.Unmarshal(b, &shown); err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output:
	// {pair [{a eth0 b:eth0} {b eth0 a:eth0}]}
}

// The tests of the description, and others.
func ExampleLab_Verify() {
	lab := mustLab("name: shop\nlinks: [[client, web]]\ntests: [{from: client, to: web}]")
	for _, r := range lab.Verify(ctx).Results {
		fmt.Println(r.Title(), r.OK, r.RTT.Median)
	}
	report := lab.Verify(ctx, topo.Test{
		From: []string{"client"}, To: []string{"web"}, Via: topo.Via{Protocol: topo.TCP, Port: 22}, Expect: topo.Refused,
	})
	for _, r := range report.Results {
		for _, f := range r.Failures {
			fmt.Printf("%s → %s: wanted %s, found %s: %s\n", f.From, f.To, f.Want, f.Found, f.Why)
		}
	}
}

// Reports print themselves.
func ExampleReport() {
	report := &vethlab.Report{Lab: "shop", Took: 12 * time.Millisecond, Results: []vethlab.TestResult{
		{Subject: "client → web", OK: true, Found: "reachable (0.05 ms)"},
		{Subject: "client → db", Pairs: 1, Failed: 1, Found: "expected unreachable, found reachable at 10.0.0.3"},
	}}
	fmt.Println(report)
	fmt.Println(report.OK(), report.Failed())
	// Output:
	// ok    client → web  reachable (0.05 ms)
	// FAIL  client → db   expected unreachable, found reachable at 10.0.0.3
	// 2 tests, 1 failed, in 12 ms
	// false 1
}

// nodeOf returns a node of a lab that runs.
func nodeOf(lab *vethlab.Lab, name string) *vethlab.Node {
	node, err := lab.Node(name)
	if err != nil {
		log.Fatal(err)
	}
	return node
}

// A server in one node and its client in another, in one program.
func ExampleNode_Dial() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	ln, err := nodeOf(lab, "web").Listen(ctx, "tcp", ":80")
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	conn, err := nodeOf(lab, "client").Dial(ctx, "tcp", "web:80")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
}

func ExampleNode_HTTPClient() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	ln, err := nodeOf(lab, "web").Listen(ctx, "tcp", ":80")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(ln, http.FileServer(http.Dir(".")))
	answer, err := nodeOf(lab, "client").HTTPClient().Get("http://web/")
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	io.Copy(os.Stdout, answer.Body)
}

func ExampleNode_Command() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	out, err := nodeOf(lab, "client").Command(ctx, "ip", "route", "get", "10.0.0.2").Output()
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(out)
}

// Code that needs the node's namespace for more than a socket.
func ExampleNode_Do() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	err := nodeOf(lab, "web").Do(func() error {
		return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0)
	})
	if err != nil {
		log.Fatal(err)
	}
}

// A link that is cut for a second.
func ExampleLink_Down() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	link, err := lab.Link("client", "web")
	if err != nil {
		log.Fatal(err)
	}
	if err := link.Down(ctx); err != nil {
		log.Fatal(err)
	}
	time.Sleep(time.Second)
	if err := link.Up(ctx); err != nil {
		log.Fatal(err)
	}
}

// An edit of a lab that runs.
func ExampleLab_Apply() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	edited := lab.Topology().Clone()
	edited.Links[0].MTU = 1400
	changed, err := lab.Apply(ctx, edited)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(changed)
}

func ExampleLab_Ping() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	stats, err := lab.Ping(ctx, "client", "web", vethlab.PingOptions{Count: 3}, func(r vethlab.Reply) {
		fmt.Println(r.Seq, r.RTT, r.Err)
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Received, "of", stats.Sent)
}

func ExampleLab_Trace() {
	lab := mustLab("name: shop\nnodes: {r: {kind: router}}\nlinks: [[client, r], [r, web]]")
	trace, err := lab.Trace(ctx, "client", "web", vethlab.TraceOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, hop := range trace.Hops {
		fmt.Println(hop.TTL, hop.Nodes, hop.RTT.Median)
	}
}

func ExampleLab_Throughput() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	flows, err := lab.Throughput(ctx, "client", "web", vethlab.ThroughputOptions{UDP: true, Rate: 50 * topo.Mbit, Both: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range flows {
		fmt.Printf("%s → %s: %.1f Mbit/s, %d of %d datagrams lost\n", f.From, f.To, f.BitsPerSecond/1e6, f.Lost, f.Datagrams)
	}
}

// Watch reports changes of a lab as commands, whoever makes them.
func ExampleLab_Watch() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	watch, err := lab.Watch()
	if err != nil {
		log.Fatal(err)
	}
	defer watch.Close()
	for {
		commands, err := watch.Next(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(commands)
	}
}

func ExampleLab_Notify() {
	lab := mustLab("name: shop\nlinks: [[client, web]]")
	lab.Notify(func(e vethlab.Event) { log.Println(e.Kind, e.Text) })
	if _, err := lab.Up(ctx); err != nil {
		log.Fatal(err)
	}
}

// The command that failed and what to do about it.
func ExampleOpError() {
	_, err := mustLab("name: shop\nlinks: [[client, web]]").Up(ctx)
	if failed := (*vethlab.OpError)(nil); errors.As(err, &failed) {
		fmt.Println(failed.Node, failed.Command, failed.Err, failed.Hint)
	}
}
