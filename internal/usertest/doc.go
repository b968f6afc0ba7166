// Package usertest has only tests, which use labtest as its users do: they run
// `go test` and compiled test programs on the packages of testdata.
package usertest
