// Package usertest holds no code. Its tests do as users of labtest do: they run
// `go test`, and compiled test programs, on packages of testdata.
package usertest
