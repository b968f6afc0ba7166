// Package enginetest holds no code. Its tests hold the map of a machine against
// real engines: Docker, Podman and the plugins of CNI.
package enginetest
