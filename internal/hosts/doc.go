// Package hosts says who is who in a State: which node a namespace is, which
// node has an address, and which addresses the name of a node or of one of its
// interfaces stands for.
package hosts
