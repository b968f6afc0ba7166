package dump

import "github.com/vethlab/vethlab/internal/state"

// A kind is what dumps of a kind of link mean beyond its attributes.
type kind struct {
	// paired says that IFLA_LINK is the peer of the link, not its lower device.
	paired bool

	// device returns the index of the lower device. Nil: that is IFLA_LINK.
	device func(Info) int
}

// kinds has one row per kind of link that differs from the zero kind.
var kinds = map[string]kind{
	"netkit": {paired: true},
	"veth":   {paired: true},
	"vxcan":  {paired: true},
	"vxlan":  {device: func(i Info) int { v, _ := i.(VXLAN); return v.Device }},
}

// Paired reports whether the link is one of a pair of peers.
func (l *Link) Paired() bool { return kinds[l.Kind].paired }

// KindWord returns the kernel's word for the kind of a link, for lo as a State has it. Of
// other devices without one it returns "device".
func (l *Link) KindWord() string {
	switch {
	case l.Kind != "":
		return l.Kind
	case l.Flags.Has(Loopback):
		return state.Loopback{}.Kind()
	}
	return "device"
}
