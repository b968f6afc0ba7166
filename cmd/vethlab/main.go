// Vethlab makes networks of namespaces and veth pairs. See package cli.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/vethlab/vethlab/internal/cli"
	"github.com/vethlab/vethlab/internal/feature"
	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/sandbox"
)

func main() {
	role := sandbox.Main()
	if role.Over() || feature.Child() {
		return
	}
	netns.LockStartupThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	// A closed pipe, as in `vethlab run lab.yaml | head`, must not end the program
	// before it has cleaned up. The signal is caught, not ignored: commands in a
	// lab would inherit an ignored one.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(cli.Main(ctx, os.Args[1:], role, cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
