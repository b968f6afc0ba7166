// Package hostmap finds every network namespace of a machine, its holders, and the
// veths between namespaces.
//
// It works in three steps. The census walks once through /proc and lists the holders
// of namespaces: processes, threads, files, open descriptors, sockets. Then each
// namespace is read: interfaces, addresses, default routes, peers by nsid; that also
// finds namespaces known only as the far end of a veth. Then the engines, one file
// each, assign containers to namespaces by processes and files.
//
// Nothing is changed: nsids are assigned in an observer namespace that is deleted
// afterwards (see [kernel.Observer]). Daemons are queried, which may start them, only
// if [Options].Engines is set.
//
// All but the census, the reading of namespaces and the queries is pure: files come
// through an interface, processes from a slice.
package hostmap
