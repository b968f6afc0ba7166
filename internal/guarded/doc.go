// Package guarded reads files that another user may have made, or may have put in
// the way.
//
// Whoever names a path decides what is opened: a FIFO or a device that never ends,
// a link to a file that only the reader may read, a file that grows while it is
// read. So a path is walked one component at a time, no symbolic link of a stranger
// is followed, nothing but a regular file is opened, without waiting for anybody,
// and no more than a bound is read. What is read comes with who could have written
// it: see [File].
package guarded
