// Package hosts maps names and addresses in a State: the node of a namespace, the node
// that has an address, and the addresses of the name of a node or interface.
package hosts
