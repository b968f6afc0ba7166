package kernel

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/netns"
)

// OtherNames returns the names of a list that are of a namespace which has a name before
// in the list, each with that first name.
func OtherNames(names []string) map[string]string {
	first, others := map[netns.Identity]string{}, map[string]string{}
	for _, name := range names {
		id, err := identityOf(name)
		if err != nil {
			continue // it was deleted, which reading it reports
		}
		if earlier, known := first[id]; known {
			others[name] = earlier
		} else {
			first[id] = name
		}
	}
	return others
}

func identityOf(name string) (netns.Identity, error) {
	fd, err := netns.OpenFd(name)
	if err != nil {
		return netns.Identity{}, err
	}
	id, err := netns.Identify(fd)
	return id, errors.Join(err, unix.Close(fd))
}
