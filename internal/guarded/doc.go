// Package guarded reads files in folders that an untrusted user may write, and inputs
// without a known end.
//
// Such a user decides what a path opens: a FIFO or a device that never ends, a link
// to a file that only the reader may read, a file that grows while it is read. So a
// path is walked one component at a time. No symbolic link of an untrusted user is
// followed; only regular files are opened, without blocking; and the bytes read are
// bounded. The content comes with the untrusted user who could have written it: see
// [File].
//
// Trusted are root and the viewer, the user of this process.
package guarded
