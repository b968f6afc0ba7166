// Package labtest makes labs for tests: networks of hosts, routers and switches,
// made of Linux network namespaces and veth pairs in some milliseconds, by plain
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
//		conn, err := lab.Node("a").Dial(t.Context(), "tcp", "b:80") // by way of r
//		…
//		lab.Link("r", "b").Down(t.Context()) // and now?
//	}
//
// # Labs
//
// A lab is a [topo.Topology], written as the text of a lab file or as Go; what it
// leaves out (addresses, routes, names of interfaces) is filled in, and always in
// the same way. [Start] makes it and returns when all links work; when the test is
// over the lab is removed.
//
// The nodes are [vethlab.Node]: they listen ([vethlab.Node.Listen],
// [vethlab.Node.ListenPacket]), dial ([vethlab.Node.Dial]), make HTTP requests
// ([vethlab.Node.HTTPClient]), run programs ([vethlab.Node.Command]) and code
// ([vethlab.Node.Do]). Sockets are opened inside a node and used from any
// goroutine. The names of nodes lead to them. [Lab.Fill] sets the fields of a
// struct to nodes.
//
// While a lab runs links can be cut and mended ([Lab.Link]) and all of it edited
// ([Lab.Apply]). [Lab.Verify] holds it to what the topology's tests say must, and
// must not, be reachable.
//
// Labs share nothing, so tests can be parallel, and each can have several labs.
// In all of them the nodes of one topology have the same names, addresses and MACs.
//
// # When a test fails
//
// Then the lab says what it was like: the tests of its topology that fail, what is
// otherwise than described (and the commands to make it so), and code that ran
// outside of its node. With `go test -artifacts` there are files too, in
// [testing.T.ArtifactDir]: the topology (lab.yaml), the commands that make it
// (plan.sh), what there was (state.json), what differed (differs.txt), what
// happened and when (events.txt), and the report of the topology's tests
// (report.txt, report.json).
//
// # Where the tests run
//
// [Main] runs the test program once more, in namespaces of its own: a user
// namespace, in which the user is root, unless he is anyway; and a network, a mount
// and a PID namespace. All flags of `go test` work as ever: -run, -v, -json, -count,
// -race, -cover, -timeout, -bench, -fuzz; so do exit codes, signals, and compiled
// test programs. Whatever way a test ends, by a panic or a kill too, nothing is
// left on the machine. For all tests of the package that means:
//
//   - The network is an empty one, with lo and nothing else; it is "host" for labs.
//     There is no way to the machine's own network and the world.
//   - [os.Getuid] is 0. Files that belong to others than the user belong to nobody.
//   - The processes are those of the tests; the test program is number 1.
//   - /run is one of its own, with what was in it.
//   - What is done before [Main] is done twice.
//
// So tests that need something else belong into another package.
//
// A debugger does not see a program that is run once more. Run the debugger
// itself where the tests are to be, and they stay there:
//
//	vethlab exec --fresh -- dlv test ./mypackage
//
// # Where there can be no labs
//
// On other systems than Linux, and where user namespaces are forbidden, as in most
// containers, tests that call [Start] are skipped, with the reason and what to do
// about it; the others run. [Need] does the same for kernel features. Where tests
// must not be skipped, in CI say, set VETHLAB_REQUIRE=1: they fail then. It can
// name features that must be there too ("netem,wireguard", "all").
package labtest
