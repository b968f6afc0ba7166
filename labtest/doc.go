// Package labtest makes labs for tests: subnets of hosts, routers and switches,
// made of Linux network namespaces and veth pairs in a few milliseconds, by plain
// `go test`, without root.
//
//	func TestMain(m *testing.M) { labtest.Main(m) }
//
//	func TestServer(t *testing.T) {
//		lab := labtest.Start(t, topo.MustParse(`
//	nodes: {r: {kind: router}}
//	links: [[a, r], [r, b]]
//	`))
//		ln, err := lab.Node("b").Listen(t.Context(), "tcp", ":80") // a socket inside b
//		…
//		go serve(ln) // used from here
//		conn, err := lab.Node("a").Dial(t.Context(), "tcp", "b:80") // routed by r
//		…
//		lab.Link("r", "b").Down(t.Context()) // what does the client do now?
//	}
//
// # Labs
//
// A lab is a [topo.Topology], written as the text of a lab file or as Go. What it
// leaves out (addresses, routes, names of interfaces) gets defaults, the same in each
// run. [Start] makes the lab and returns when all links are up; it is removed when
// the test ends.
//
// The nodes are [vethlab.Node]: they listen ([vethlab.Node.Listen],
// [vethlab.Node.ListenPacket]), dial ([vethlab.Node.Dial]), make HTTP requests
// ([vethlab.Node.HTTPClient]), run programs ([vethlab.Node.Command]) and code
// ([vethlab.Node.Do]). Sockets are opened inside a node and used from any
// goroutine. Inside, names of nodes resolve to their addresses. [Lab.Fill] sets the
// fields of a struct to nodes.
//
// While a lab runs a test can set links down and up ([Lab.Link]) and edit the
// topology ([Lab.Apply]). [Lab.Verify] runs the topology's tests: what must, and must
// not, be reachable.
//
// Labs share nothing, so tests can be parallel, and each can have several labs.
// Labs of one topology have the same node names, addresses and MACs.
//
// # When a test fails
//
// When a test fails its lab logs which tests of the topology fail, which commands
// would restore the lab to its topology, and which goroutines ran outside of their
// node. With `go test -artifacts` it also writes files to [testing.T.ArtifactDir]:
// the topology (lab.yaml), the commands that make it (plan.sh), the state
// (state.json), the difference from the topology (differs.txt), events with their
// times (events.txt), and the report of the topology's tests (report.txt,
// report.json).
//
// # Where the tests run
//
// [Main] re-executes the test program in a new network, mount and PID namespace and,
// unless the user is root, a new user namespace in which the user is root. All flags of `go test`
// work: -run, -v, -json, -count, -race, -cover, -timeout, -bench, -fuzz; so do exit
// codes, signals, and compiled test programs. However a test ends, also by a panic or
// SIGKILL, it leaves nothing on the machine. All tests of the package run there:
//
//   - The host namespace of labs ("host") has only lo: it can't reach the machine's
//     network or the Internet.
//   - [os.Getuid] is 0. Without root, files of other users belong to nobody.
//   - Only processes of the tests are visible; the test program is PID 1.
//   - /run is a copy: the same entries, but what is added stays in it.
//   - Code before [Main] runs twice.
//
// Put tests that need something else into another package.
//
// A debugger does not follow the re-executed program. Run the debugger itself in such
// namespaces, and the tests stay in them:
//
//	vethlab exec --fresh -- dlv test ./mypackage
//
// # Where there can be no labs
//
// On other systems than Linux, and where user namespaces are forbidden, as in most
// containers, tests that call [Start] are skipped, with the reason and the remedy;
// the others run. [Need] does the same for kernel features. With VETHLAB_REQUIRE=1 they
// fail instead; on Linux that is the default if CI is set, as it is on CI systems, and
// VETHLAB_REQUIRE=0 turns it off. It can also list required features
// ("netem,wireguard", "all").
package labtest
