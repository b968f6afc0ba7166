// Package enginetest holds no code. Its tests compare the map of a machine with
// real engines: Docker, Podman and the plugins of CNI.
package enginetest
