// Package callerlimit has the soft limit of open files with which this program was started.
//
// Go's runtime raises the limit to the hard one in an init of package syscall, keeps the old
// value to itself, and restores it only in programs that package syscall starts. Programs
// that select(2) must not get descriptors above 1023, so forks of internal/netns have to
// restore it too.
package callerlimit
