// Package hostmap finds every network namespace of a machine, who holds it, and
// how they are wired to each other.
//
// It works in three steps. A census goes once through /proc and notes what holds
// namespaces: processes, threads that left, files, open descriptors, sockets. A
// look at each tells its interfaces, addresses and default routes, and which are
// the two ends of one cable; it finds the namespaces that are only cabled to one
// we know. Then the engines, one file each, say from the processes and from
// their files which container is where.
//
// Nothing is changed and nothing stays behind: what needs numbers for namespaces
// has them in a namespace of its own that ends with the look (see
// [kernel.Observer]). No daemon is asked, or even woken, unless the caller wants
// that.
//
// All but the census and the look is pure: files come from a [fs.FS], processes
// from a slice.
package hostmap
