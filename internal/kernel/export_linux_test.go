package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
	"github.com/vethlab/vethlab/internal/xtables"
)

// An XtablesBlob is a table as the kernel returns it.
type XtablesBlob struct {
	Info    xtables.Info
	Entries []byte
}

// XtablesBlobs reads the tables of a family without decoding them.
func XtablesBlobs(namespace string, family xtables.Family) ([]XtablesBlob, error) {
	var list []XtablesBlob
	err := netns.Do(namespace, func() error {
		for _, f := range xtablesFamilies {
			if f.Family != family {
				continue
			}
			fd, err := unix.Socket(f.domain, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			for _, name := range xtablesNames(f.names) {
				var blob XtablesBlob
				if blob.Info, blob.Entries, err = f.read(fd, name); err != nil {
					return err
				}
				list = append(list, blob)
			}
		}
		return nil
	})
	return list, err
}
