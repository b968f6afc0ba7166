// Package netns creates, finds, enters and removes named network namespaces. It
// is the only package that calls setns and unshare and that locks goroutines to
// threads; the linter enforces that.
//
// # Threads
//
// A network namespace belongs to a thread, not to a process. So code runs
// inside a namespace on a thread of its own, and that thread then ends: no return
// to the old namespace can fail, and no other goroutine can run in the wrong
// namespace. A thread costs 40 µs; [Each] visits many namespaces with a few threads.
//
// The startup thread is never used: /proc/PID shows its namespaces as those of the
// process, and it cannot end. If the runtime schedules the call on it, the thread
// is held until the call has ended on another one.
//
// Sockets keep the namespace they were opened in: open inside, use outside.
// Code that runs inside must not start goroutines, look up names, or call
// libraries that open sockets later.
//
// # Names
//
// A name is a file in [Dir] with the namespace bind-mounted on it, as in
// ip-netns(8). Under the mount the file holds the owner's mark. The file is created
// with its content (O_TMPFILE and linkat), so a file left by a crash names its
// owner.
package netns
