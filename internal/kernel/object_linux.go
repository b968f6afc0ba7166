package kernel

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/netns"
)

// Objects reads what somebody put into a namespace and that no other dump has. Reading
// loads no module of the kernel.
func Objects(namespace string) (list []dump.Object, err error) {
	err = netns.Do(namespace, func() error {
		return inside(func(c *conn) error {
			list, err = c.objects()
			return err
		})
	})
	return list, err
}

// objectKinds has one row per kind of object.
var objectKinds = []func(*conn) ([]dump.Object, error){
	(*conn).nexthops,
	(*conn).multicastEntries,
	(*conn).addressLabels,
	(*conn).routesOfOtherFamilies,
	(*conn).rulesOfOtherFamilies,
	(*conn).filterAddresses,
	func(*conn) ([]dump.Object, error) { return multicastAddresses() },
	func(*conn) ([]dump.Object, error) { return virtualServices() },
	func(*conn) ([]dump.Object, error) { return xfrmObjects() },
	func(*conn) ([]dump.Object, error) { return genericObjects() },
	(*conn).programs,
}

func (c *conn) objects() (list []dump.Object, err error) {
	for _, read := range objectKinds {
		part, err := read(c)
		if err != nil && !lacking(err) {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

// lacking reports whether the kernel has no objects of a kind, or the user no right to
// them: then nobody in this user namespace can make one either.
func lacking(err error) bool {
	for _, e := range []unix.Errno{unix.EOPNOTSUPP, unix.EPROTONOSUPPORT, unix.EAFNOSUPPORT, unix.ENOENT, unix.EINVAL, unix.ENOSYS, unix.EPERM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// dumpObjects dumps objects with a request that is the family in a header of that size.
func (c *conn) dumpObjects(typ uint16, family uint8, size int, decode func(body []byte) (dump.Object, bool)) (list []dump.Object, err error) {
	err = dumpInto(c, &list, typ, func(b *batch) { b.zeros(size)[0] = family }, func(body []byte) (dump.Object, bool) {
		if len(body) < size {
			return dump.Object{}, false
		}
		return decode(body)
	})
	return list, err
}
