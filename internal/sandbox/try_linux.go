package sandbox

import "os/exec"

// Try starts a command, which must be this very program, in namespaces made as
// those of a lab of an ordinary user are, with an empty /run. It fails with a
// [*StartError] as making the lab would. The command has the role [Isolated]; what
// it has been started in goes with it.
func Try(cmd *exec.Cmd) error { return start(cmd, bare, true) }
