// Package sandbox is the ground that labs stand on: the machine's own set of
// namespaces, with its folder of names and the locks that keep two programs
// from changing one lab at the same time.
//
// All it leaves on disk is below [Dir] and goes with the last lab.
package sandbox

import "errors"

// Dir holds one lock file per lab and notes of what is to be put back.
const Dir = "/run/vethlab"

// ErrRoot says that this user may not make labs on the machine.
var ErrRoot = errors.New("root is needed to make network namespaces here")
