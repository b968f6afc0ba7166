package kernel

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
	"github.com/vethlab/vethlab/internal/plan"
	"github.com/vethlab/vethlab/internal/state"
)

// A linkKind encodes and decodes the attributes that are special to a kind of
// link (IFLA_INFO_DATA). What a kind does not have is nil.
type linkKind struct {
	encode func(*batch, state.Kind)
	change func(*batch, state.Change)
	decode func([]attribute) dump.Info

	// uses says what becomes of the attributes, of kinds that labs can have.
	uses attributeUses

	// decodePort reads the options of a port of a link of this kind.
	decodePort func([]attribute) *dump.Port

	// kind makes the Kind of a link that labs can have of what was decoded. Its peer
	// or lower link is the zero Endpoint, which [Snapshot.pair] replaces when all
	// namespaces are read.
	kind func(dump.Info) state.Kind
}

// linkKinds has one row per kind of link.
var linkKinds = map[string]linkKind{
	"bridge":    bridgeKind,
	"dummy":     {kind: alwaysKind(state.Dummy{})},
	"erspan":    {decode: decodeGRE("erspan")},
	"geneve":    {decode: decodeGeneve},
	"gre":       {decode: decodeGRE("gre")},
	"gretap":    {decode: decodeGRE("gretap")},
	"ip6erspan": {decode: decodeGRE("ip6erspan")},
	"ip6gre":    {decode: decodeGRE("ip6gre")},
	"ip6gretap": {decode: decodeGRE("ip6gretap")},
	"ip6tnl":    {decode: decodeIPTunnel("ip6tnl")},
	"ipip":      {decode: decodeIPTunnel("ipip")},
	"ipvlan":    {decode: decodeIPVlan},
	"ipvtap":    {decode: decodeIPVlan},
	"macvlan":   macvlanKind,
	"macvtap":   {decode: decodeMacvlan(true)},
	"sit":       {decode: decodeIPTunnel("sit")},
	"tun":       {decode: decodeTun},
	"veth":      vethKind,
	"vlan":      {decode: decodeVLAN},
	"vti":       {decode: decodeVTI("vti")},
	"vti6":      {decode: decodeVTI("vti6")},
	"vxlan":     {decode: decodeVXLAN},
}

// KindNames returns the kinds of link that this package can make, in order.
func KindNames() []string {
	kinds := maps.Clone(linkKinds)
	maps.DeleteFunc(kinds, func(_ string, k linkKind) bool { return k.kind == nil })
	return slices.Sorted(maps.Keys(kinds))
}

// encodes, changes and kindFrom make functions of a row of those that know the one
// type that the row is for.
func encodes[K state.Kind](write func(*batch, K)) func(*batch, state.Kind) {
	return func(b *batch, k state.Kind) {
		kind, _ := state.As[K](k)
		write(b, kind)
	}
}

func changes[C state.Change](write func(*batch, C)) func(*batch, state.Change) {
	return func(b *batch, c state.Change) {
		change, _ := c.(C)
		write(b, change)
	}
}

func kindFrom[I dump.Info](kind func(I) state.Kind) func(dump.Info) state.Kind {
	return func(info dump.Info) state.Kind {
		i, _ := info.(I)
		return kind(i)
	}
}

// alwaysKind is the kind of a row without settings.
func alwaysKind(k state.Kind) func(dump.Info) state.Kind {
	return func(dump.Info) state.Kind { return k }
}

// kindOf returns the Kind of a link that was decoded.
func kindOf(d dump.Link) state.Kind {
	if d.Flags.Has(dump.Loopback) {
		return state.Loopback{}
	}
	if row := linkKinds[d.Kind]; row.kind != nil {
		return row.kind(d.Info)
	}
	return state.Other{Name: d.Kind}
}

// decodeKind reads what is special to a kind. Nil: nothing, or it is not known
// here.
func decodeKind(kind string, data []attribute) dump.Info {
	if decode := linkKinds[kind].decode; decode != nil {
		return decode(data)
	}
	return nil
}

// addLink makes a link with the socket of the namespace that it is made from.
func (e *encoder) addLink(op plan.AddLink) error {
	lower, fd := 0, -1
	var err error
	if on := op.Kind.Lower(); len(on) > 0 {
		if lower, err = e.index(on[0]); err != nil {
			return err
		}
	}
	if op.Link.Namespace != e.namespace {
		if fd, err = e.fd(op.Link.Namespace); err != nil {
			return err
		}
	}
	marks, err := e.newMarks(op)
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWLINK, createNew, func() {
		e.newLink(op.Link.Link, cmp.Or(op.Index, marks.index(op.Link)), op.MAC, op.MTU)
		if lower != 0 {
			e.u32(unix.IFLA_LINK, uint32(lower))
		}
		if fd >= 0 {
			e.u32(unix.IFLA_NET_NS_FD, uint32(fd))
		}
		e.kindInfo(op.Kind.Kind(), func() {
			if encode := linkKinds[op.Kind.Kind()].encode; encode != nil {
				encode(&e.batch, op.Kind)
			}
		})
	})
	return e.mark(marks)
}

func (e *encoder) setKind(op plan.SetKind) error {
	index, err := e.index(op.Link)
	if err != nil {
		return err
	}
	e.message(unix.RTM_NEWLINK, 0, func() {
		e.ifinfo(index, 0, 0)
		e.kindInfo(op.Change.Kind(), func() { linkKinds[op.Change.Kind()].change(&e.batch, op.Change) })
	})
	return nil
}
