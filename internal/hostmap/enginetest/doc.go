// Package enginetest has only tests. They compare the map of a machine with
// real engines: Docker, Podman and the plugins of CNI.
package enginetest
