// This file lets the package declare functions without a body: those of
// package syscall that inside_linux.go links to.
