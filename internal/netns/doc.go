// Package netns makes, finds, enters and removes named network namespaces. It
// is the only place that calls setns and unshare and that locks goroutines to
// threads; a linter holds this fence.
//
// # Threads
//
// A network namespace belongs to a thread, not to a process. So code runs
// inside a namespace on a thread of its own, and that thread is never given
// back: there is no way home that could fail, and no other goroutine can ever
// find itself in the wrong namespace. A thread costs 40 µs; who has many
// namespaces to visit calls [Each], which goes through them with a few threads.
//
// The startup thread is never used: it stands for the whole process in /proc
// and cannot end. Where the runtime offers it, it is held until the call is
// over, so that another one is taken.
//
// Sockets keep the namespace they were opened in: open inside, use outside.
// Code that runs inside must not start goroutines, look up names, or call
// libraries that open sockets later.
//
// # Names
//
// A name is a file in [Dir] with the namespace mounted on it, as ip-netns(8)
// does it. Before the mount the file holds the owner's mark, and it comes into
// being whole (O_TMPFILE and linkat), so that a file left by a crash says whose
// it is.
package netns
