//go:build !linux

package main

func main() { panic("cannot boot a machine: only Linux can") }
