// Package vethlab runs labs: networks of Linux network namespaces joined by
// veth pairs, made from one description, tested with real packets, and removed
// completely.
//
// A lab is described by a [topo.Topology]. [New] adds the defaults, [Lab.Up] makes the
// lab in the kernel, [Lab.Verify] runs its tests, [Lab.Down] removes it:
//
//	lab, err := vethlab.New(topo.MustParse(`links: [[ns1, ns2]]`))
//	if err != nil { … }
//	if _, err := lab.Up(ctx); err != nil { … }
//	defer lab.Down(ctx)
//	if r := lab.Verify(ctx); !r.OK() { fmt.Println(r) }
//
// # Nodes
//
// A [Node] listens and dials ([Node.Listen], [Node.Dial], [Node.HTTPClient]), runs
// programs ([Node.Command]) and code ([Node.Do]). Sockets are opened inside and
// used from any goroutine; names of nodes are resolved. While the lab runs links can
// be set down and up ([Link.Down], [Link.Up]), and any edit of the description
// applied ([Lab.Apply]).
//
// # States and plans
//
// [Lab.State] returns the lab's state in the kernel, [Lab.Described] the wanted one: a
// [State] has nodes, interfaces, addresses and routes. The difference is a
// [Plan], a list of steps, each an iproute2 command. [Lab.Plan] returns what Up
// would do now, [Lab.PlanNew] and [Lab.PlanDown] what makes and removes the whole
// lab. [Lab.Ping], [Lab.Trace] and [Lab.Throughput] measure.
//
// # The kernel is the database
//
// Which labs run, and their state, is read from the kernel. A Lab value holds no
// descriptor or process of it; any process can [Find] a running lab, change it or take
// it down, also after a crash.
//
// # Rights
//
// Making and changing labs needs CAP_NET_ADMIN and CAP_SYS_ADMIN over a network and a
// mount namespace: root has them on the machine, every user in a user namespace. Package
// labtest runs tests in one. The namespaces are ordinary named ones that ip-netns(8)
// lists and enters.
//
// # Concurrency
//
// All methods may be called from any goroutine. Changes to one lab, also by
// different programs, wait for each other.
package vethlab
